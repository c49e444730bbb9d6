/**
 * Finding: two calls that ran one after the other, and whether the second needed the first.
 */
import * as Schema from "effect/Schema"

/** `first` and `second` are ids of rows. */
export const Finding = Schema.Struct({
  first: Schema.String,
  second: Schema.String,
  verdict: Schema.Literals(["independent", "dependent", "cannot tell"]),
  /** Why, in a sentence. */
  why: Schema.String
})
export type Finding = typeof Finding.Type
