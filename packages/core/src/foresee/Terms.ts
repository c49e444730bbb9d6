/**
 * Terms: what a text is found by: its words, without their English endings, and without those that any question may have. Pure,
 * and the same whatever the locale.
 */

/** They stand in any question, and so tell no tool from another. */
const empty = new Set(
  `a about all also am an and any anything are as at be been but by can could did do does doing done each else
  every for from give had has have hello hey hi how if in into is it its just let list many me more most much my
  not of off on one only or other our out over please pls show so some something still such tell than thank
  thanks that the their them then there these they thing this those to too up us use very was we were what whats
  when where which while who whom whose why will with would yes you your`.split(/\s+/)
)

/** "ratings", "rated" and "rate" are one term. It need be no word, only the same for the forms of one. */
const stem = (word: string): string =>
  /^[a-z]{4,}$/.test(word)
    ? word
        .replace(/(?<![su])s$/, "")
        .replace(/(?<=[a-z]{3})(?:ing|ed)$/, "")
        .replace(/([bgmnprt])\1$/, "$1")
        .replace(/e$/, "")
        .replace(/y$/, "i")
    : word

/** The terms of `text`, each once, in their order. */
export const of = (text: string): ReadonlyArray<string> => {
  const words = text
    .replaceAll(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, " ")
    .normalize("NFD")
    .replaceAll(/[\p{M}'’]/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
  return [...new Set(words.filter((word) => word.length > 1 && !empty.has(word)).map(stem))]
}
