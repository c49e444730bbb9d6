/**
 * Titles: the works that an answer lists, `Heat (1995)`, each a line of a list or in bold. Pure: read from the answer itself, so that
 * what is drawn is what was said, whoever said it.
 */

export interface Title {
  readonly name: string
  readonly year: string
}

/** An item of a list that begins with a title and a year, the title plain, in bold or in quotes. */
const item =
  /^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+(?:\*\*|__|["“])?([^\n]{1,120}?)(?:\*\*|__|["”])?[ \t]*\((\d{4})(?:[-–]\d{0,4})?\)/gm

/** One in bold anywhere: `**Heat** (1995)`, `**Heat (1995)**`. */
const bold = /\*\*([^*\n]{1,120}?)(?:\*\*)?[ \t]*\((\d{4})(?:[-–]\d{0,4})?\)/g

const most = 60

/** Each once, in the order in which they are listed; at most 60. */
export const of = (text: string): ReadonlyArray<Title> => {
  const found = new Map<string, Title & { readonly at: number }>()
  for (const form of [item, bold]) {
    for (const { 1: name = "", 2: year = "", index } of text.matchAll(form)) {
      const plain = name.replaceAll(/[*_`]/g, "").trim()
      const key = `${plain}\n${year}`
      const known = found.get(key)
      if (plain !== "" && (known === undefined || known.at > index)) found.set(key, { name: plain, year, at: index })
    }
  }
  return [...found.values()]
    .sort((one, other) => one.at - other.at)
    .slice(0, most)
    .map(({ name, year }) => ({ name, year }))
}

/** Up to three letters that stand for a name. */
export const initials = (name: string): string => {
  const words = name.replace(/^(?:the|a|an)\s+/i, "").match(/[\p{L}\p{N}]+/gu) ?? []
  return words
    .slice(0, 3)
    .map((word) => (/^\d+$/.test(word) ? word.slice(0, 4) : (Array.from(word)[0] ?? "")))
    .join("")
    .slice(0, 4)
    .toUpperCase()
}

/** A hue from 0 to 359, the same for the same name. */
export const hue = (name: string): number => {
  let hash = 7
  for (const char of name) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 360_007
  return hash % 360
}
