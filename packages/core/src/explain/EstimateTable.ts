/**
 * EstimateTable: what an installation's own runs took: tools, models, and runs by the kind of their question. Pure; what it does
 * not know (the time) is told.
 *
 * No text of a question or a result is in it: only hashes of questions, the application's own names, and figures.
 *
 * It holds at most `maxTallies` and `maxLabels`; what is worth least is forgotten first.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import * as EstimateTally from "./EstimateTally.ts"

/** By key: see `keysOf`. */
export type EstimateTable = ReadonlyMap<string, EstimateTally.Tally>

export const maxTallies = 1_024
export const maxLabels = 16_384
/** Longer keys are not kept. */
const maxKeyCharacters = 200
/** Of the text. */
export const maxBytes = 1024 * 1024

/** Fewer runs, calls or steps say nothing yet: five, as what was seen some days ago counts a little less. */
export const minHistory = 4.5

export const empty: EstimateTable = new Map()

/**
 * What is known of runs of a kind, of which `names` are the names, from the general to the special. A quantity is kept under all of
 * them, so that the most special can be read of which there is enough.
 */
export const keysOf = (part: string, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names
    .map((_, index) => JSON.stringify([part, ...names.slice(0, names.length - index)]))
    .concat(JSON.stringify([part]))

/** Of the tallies under `keys`, the first that has seen enough, or else the one that has seen most. */
export const find = (table: EstimateTable, keys: ReadonlyArray<string>): EstimateTally.Tally => {
  let most = EstimateTally.empty
  let mostSeen = 0
  for (const key of keys) {
    const tally = table.get(key)
    if (tally === undefined) continue
    const seen = EstimateTally.total(tally)
    if (seen >= minHistory) return tally
    if (seen > mostSeen) [most, mostSeen] = [tally, seen]
  }
  return most
}

/** Something that was seen: `label` is `EstimateSketch.labelOf` where it is a duration. */
export interface Seen {
  readonly keys: ReadonlyArray<string>
  readonly label: number
}

/** The table once this was seen. */
export const learn = (table: EstimateTable, seen: ReadonlyArray<Seen>, nowMillis: number): EstimateTable => {
  if (seen.length === 0) return table
  const next = new Map(table)
  for (const { keys, label } of seen) {
    for (const key of keys) {
      if (key.length > maxKeyCharacters) continue
      next.set(key, EstimateTally.add(next.get(key) ?? EstimateTally.empty, label, nowMillis))
    }
  }
  return bounded(next, nowMillis)
}

/**
 * What both tables know: sums, so neither may hold what the other holds already. A process hands over what it learned since it did
 * so last.
 */
export const merge = (one: EstimateTable, other: EstimateTable, nowMillis: number): EstimateTable => {
  const next = new Map(one)
  for (const [key, tally] of other) {
    next.set(key, EstimateTally.merge(next.get(key) ?? EstimateTally.empty, tally, nowMillis))
  }
  return bounded(next, nowMillis)
}

const bounded = (table: Map<string, EstimateTally.Tally>, nowMillis: number): EstimateTable => {
  let labels = 0
  for (const { weights } of table.values()) labels += weights.length
  if (table.size <= maxTallies && labels <= maxLabels) return table
  const worths = Array.from(table, ([key, tally]) => ({ key, tally, worth: EstimateTally.worth(tally, nowMillis) }))
  worths.sort((one, other) => one.worth - other.worth || (one.key < other.key ? -1 : 1))
  for (const { key, tally } of worths) {
    if (table.size <= maxTallies && labels <= maxLabels) break
    labels -= tally.weights.length
    table.delete(key)
  }
  return table
}

/** Of the text; a table of another is not read. */
const version = 1

const Text = Schema.fromJsonString(
  Schema.Struct({
    version: Schema.Literal(version),
    tallies: Schema.Array(Schema.Tuple([Schema.String, EstimateTally.Tally]))
  })
)
const encodeText = Schema.encodeSync(Text)
const decodeText = Schema.decodeOption(Text)

const rounded = (weight: number): number => Math.round(weight * 1_000) / 1_000

export const encode = (table: EstimateTable): string =>
  encodeText({
    version,
    tallies: Array.from(table, ([key, { atMillis, weights }]) => [
      key,
      { atMillis, weights: weights.map(([label, weight]) => [label, rounded(weight)] as const) }
    ])
  })

/** The table that `text` holds; none where it is damaged, too large, or of another version. */
export const decode = (text: string): Option.Option<EstimateTable> =>
  text.length > maxBytes ? Option.none() : Option.map(decodeText(text), ({ tallies }) => new Map(tallies))
