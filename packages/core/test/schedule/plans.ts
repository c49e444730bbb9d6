/**
 * Plans: tools for plans to name, and JSON and plans made at random from a seed.
 */
import type { Step } from "@callsheet/core/schedule/Plan"
import { Schema } from "effect"
import { Tool } from "effect/ai"

export const Film = Schema.Struct({
  title: Schema.String,
  year: Schema.NullOr(Schema.Int),
  tmdbId: Schema.Int,
  genres: Schema.Array(Schema.String),
  overview: Schema.optionalKey(Schema.String)
})

export const tools = {
  find: Tool.make("find", {
    parameters: Schema.Struct({
      query: Schema.String,
      kind: Schema.optionalKey(Schema.Literals(["movie", "series"])),
      years: Schema.optionalKey(Schema.Array(Schema.Int)),
      near: Schema.optionalKey(Schema.Struct({ title: Schema.String }))
    }),
    success: Schema.Struct({
      total: Schema.Int,
      items: Schema.Array(Film),
      nextCursor: Schema.NullOr(Schema.String)
    })
  }),
  show: Tool.make("show", { parameters: Schema.Struct({ tmdbId: Schema.Int }), success: Film }),
  /** Takes and gives whatever it is given. */
  echo: Tool.dynamic("echo", { parameters: { type: "object" } }),
  run_plan: Tool.make("run_plan")
}

export const from = ($from: string, ...path: ReadonlyArray<string | number>) => ({ $from, path })

export const step = (
  id: string,
  tool: string,
  input: Readonly<Record<string, unknown>> = {},
  forEach?: unknown
): Step => ({ id, tool, input, ...(forEach !== undefined && { forEach }) })

/** Whole numbers from 0 up to but not including `below`. */
export type Dice = (below: number) => number

/** Dice that fall the same for the same seed (a xorshift). */
export const dice = (seed: number): Dice => {
  let state = (seed | 0) ^ 0x9e3779b9 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

export const pick = <A>(roll: Dice, options: ReadonlyArray<A>): A | undefined => options[roll(options.length)]

const keys = [
  "a",
  "b",
  "0",
  "*",
  "$from",
  "path",
  "$literal",
  "$item",
  "__proto__",
  "constructor",
  "steps",
  "id",
  "tool"
]
const scalars = [
  "",
  "a",
  "0",
  'quote " and \\',
  "é千🎬\n\u2028",
  0,
  -1.5e-7,
  12345678,
  true,
  false,
  null,
  "a.0.*",
  "$item"
]

/** Any JSON value; objects often look like references and steps. */
export const json = (roll: Dice, depth = 4): unknown => {
  const kind = roll(depth === 0 ? 2 : 6)
  if (kind < 2) return pick(roll, scalars)
  const length = roll(4)
  if (kind < 4) return Array.from({ length }, () => json(roll, depth - 1))
  if (kind === 4) {
    return { $from: pick(roll, ["a", "b", "$item"]), path: pick(roll, [[], ["a"], ["*"], "0.a", "*.*", [0], 7]) }
  }
  return Object.fromEntries(Array.from({ length }, () => [pick(roll, keys) ?? "", json(roll, depth - 1)]))
}
