/**
 * TerminalText: text from elsewhere, made harmless. Pure.
 */

/** Control characters but line break and tab, and those that turn the direction of writing. */
const steering = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g

/** What a model or a service writes must not steer the terminal. Line breaks and tabs stay. */
export const clean = (text: string): string => text.replaceAll(steering, "")

/** As `clean`, with line breaks and tabs as spaces. */
export const oneLine = (text: string): string => clean(text.replaceAll(/\s*[\r\n\u2028\u2029]+\s*|\t/g, " "))
