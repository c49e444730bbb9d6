/**
 * QuestionShape: what questions have in common that ask in one way about different things, and the values that stand where they
 * differ: the slots.
 *
 * A question that the application understands is known by its intent and the kinds of what it names. Any other by its words,
 * with slots in place of numbers, years, quoted text and names, which are known by their capital letters.
 */
import * as Key from "@callsheet/cache/Key"

import type { Analysis, Entity } from "./Route.ts"

export type SlotValue = string | number | boolean | ReadonlyArray<string>
export type Slots = ReadonlyMap<string, SlotValue>

export interface QuestionShape {
  /** A hash, so that no word of a question can be read where shapes are kept. */
  readonly key: string
  readonly slots: Slots
}

/** Longer questions have no shape: they are hardly asked twice in one way. */
const maxCharacters = 1_000
const maxTokens = 32
const maxSlots = 16
const maxSlotCharacters = 200

/** The shape of `question`; `undefined` of one that is empty, or too long to be asked in this way again. */
export const of = (
  question: string,
  analysis: Pick<Analysis, "entities" | "filters" | "intent" | "writes"> | undefined
): QuestionShape | undefined =>
  analysis?.intent === undefined
    ? ofWords(question.normalize("NFC"), analysis?.entities ?? [])
    : ofAnalysis(analysis.intent, analysis)

const make = (parts: ReadonlyArray<unknown>, slots: ReadonlyArray<readonly [string, SlotValue]>): QuestionShape => ({
  key: Key.digest(JSON.stringify(parts)),
  slots: new Map(slots.slice(0, maxSlots).filter(([, value]) => isShort(value)))
})

const isShort = (value: SlotValue): boolean => {
  if (typeof value === "string") return value.length <= maxSlotCharacters
  return typeof value !== "object" || (value.length <= maxSlots && value.every(isShort))
}

const ofAnalysis = (
  intent: string,
  { entities, filters, writes }: Pick<Analysis, "entities" | "filters" | "writes">
) => {
  const kinds = entities.map(({ kind }) => kind)
  const known = Object.entries(filters).sort(([one], [other]) => (one < other ? -1 : 1))
  return make(
    ["intent", intent, writes, kinds, known.map(([name]) => name)],
    [
      ...numbered(entities.map((entity) => [`entity.${entity.kind}`, entity] as const)).flatMap(
        ([slot, { name, text }]) => [[slot, name] as const, [`${slot}.text`, text] as const]
      ),
      ...known.map(([name, value]) => [`filter.${name}`, value] as const)
    ]
  )
}

/** The names with a number each, by which those of one name differ. */
const numbered = <A>(named: ReadonlyArray<readonly [string, A]>): ReadonlyArray<readonly [string, A]> => {
  const counts = new Map<string, number>()
  return named.map(([name, value]) => {
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    return [`${name}.${count}`, value]
  })
}

/** A word as it is, or what stands in a slot of that name. */
type Token = { readonly word: string } | { readonly slot: string; readonly value: SlotValue }

const ofWords = (question: string, entities: ReadonlyArray<Entity>): QuestionShape | undefined => {
  if (question.length > maxCharacters) return undefined
  const named = numbered(tokensOf(question, entities).map((token) => ["word" in token ? "word" : token.slot, token]))
  if (named.length === 0 || named.length > maxTokens) return undefined
  return make(
    ["words", named.map(([name, token]) => ("word" in token ? `=${token.word}` : name))],
    named.flatMap(([name, token]) => ("word" in token ? [] : [[`word.${name}`, token.value]]))
  )
}

const parts =
  /["“«](?<quoted>[^"“”«»]+)["”»]|(?<decade>\d{3}0)s\b|(?<number>\d{1,9}(?:\.\d{1,9})?)(?![\p{L}\p{N}])|(?<word>[\p{L}\p{N}]+(?:['’&.-][\p{L}\p{N}]+)*)|(?<end>[.?!])/gu

/** Small words that may stand in the midst of a name, as in "Lord of the Rings". */
const joint = /^(?:of|the|de|del|la|le|von|van|der|di|da)$/

interface Part {
  readonly kind: "quoted" | "decade" | "number" | "word" | "end"
  readonly text: string
  readonly start: number
  readonly end: number
}

const partsOf = (question: string): ReadonlyArray<Part> =>
  Array.from(question.matchAll(parts), ({ 0: whole, groups = {}, index }) => {
    const [kind = "word", text = whole] = Object.entries(groups).find(([, text]) => text !== undefined) ?? []
    return { kind: isKind(kind) ? kind : "word", text, start: index, end: index + whole.length }
  })

const isKind = (name: string): name is Part["kind"] => /^(?:quoted|decade|number|word|end)$/.test(name)

const isCapital = (text: string): boolean => /^\p{Lu}\P{N}*$/u.test(text) && !/^I(?:['’]|$)/.test(text)

const tokensOf = (question: string, entities: ReadonlyArray<Entity>): ReadonlyArray<Token> => {
  const parts = partsOf(question)
  const words = parts.filter(({ kind, text }) => kind === "word" && /^\p{L}/u.test(text))
  /** Where every word has a capital letter, it says nothing. */
  const isTold = words.length < 3 || !words.every(({ text }) => /^\p{Lu}/u.test(text))
  const tokens: Array<Token> = []
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]
    if (part === undefined || part.kind === "end") continue
    const entity = entityAt(question, parts, at, entities)
    if (entity !== undefined) {
      tokens.push({ slot: entity.kind, value: entity.name })
      while ((parts[at + 1]?.start ?? Infinity) < part.start + entity.text.length) at++
      continue
    }
    const isFirst = at === 0 || parts[at - 1]?.kind === "end"
    if (part.kind !== "word" || !isTold || isFirst || !isCapital(part.text)) {
      tokens.push(tokenOf(part))
      continue
    }
    const last = endOfName(question, parts, at)
    const text = question.slice(part.start, parts[last]?.end)
    const name = text.replace(/['’]s$/, "")
    tokens.push({ slot: "name", value: name })
    if (name !== text) tokens.push({ word: "'s" })
    at = last
  }
  return tokens
}

const tokenOf = ({ kind, text }: Part): Token => {
  switch (kind) {
    case "quoted":
      return { slot: "quoted", value: text.trim() }
    case "decade":
      return { slot: "decade", value: Number(text) }
    case "number":
      return /^(?:1[89]|20)\d\d$/.test(text)
        ? { slot: "year", value: Number(text) }
        : { slot: "number", value: Number(text) }
    default:
      // What mixes letters and digits, or is very long, is no word.
      return /\p{N}/u.test(text) || text.length > 24 ? { slot: "code", value: text } : { word: text.toLowerCase() }
  }
}

/** The last part of the name that begins at `first`: it goes on over capital letters, with small words between them. */
const endOfName = (question: string, parts: ReadonlyArray<Part>, first: number): number => {
  let last = first
  for (let at = first + 1; at < parts.length; at++) {
    const [before, part] = [parts[at - 1], parts[at]]
    if (before === undefined || part?.kind !== "word" || /['’]s$/.test(before.text)) break
    if (!/^:?\s+$/.test(question.slice(before.end, part.start))) break
    if (isCapital(part.text)) last = at
    else if (!joint.test(part.text)) break
  }
  return last
}

/** The entity that the question names at a part: the longest, where there are several. */
const entityAt = (question: string, parts: ReadonlyArray<Part>, at: number, entities: ReadonlyArray<Entity>) => {
  const start = parts[at]?.start ?? 0
  const isHere = ({ text }: Entity) => {
    const end = start + text.length
    return question.slice(start, end).toLowerCase() === text.toLowerCase() && parts.some((part) => part.end === end)
  }
  return entities.filter(isHere).sort((one, other) => other.text.length - one.text.length)[0]
}
