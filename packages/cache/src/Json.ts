/**
 * Json: the package's boundary to `JSON.parse`. What a store holds is untrusted: cut short, of another version, or not ours.
 */

/** The value that `text` spells; `undefined`, which no text spells, where it is not JSON. */
export const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
