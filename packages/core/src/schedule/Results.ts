/**
 * Results: what calls gave, as the model reads it: whole where that is small, else compact (`Compact`), with a reference
 * under which the whole is kept.
 */
import * as Key from "@callsheet/cache/Key"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as Compact from "../model/Compact.ts"
import * as Measured from "../model/Measured.ts"
import * as Attempt from "./Attempt.ts"
import type { ResultStore } from "./ResultStore.ts"

/** There is nothing to read on. */
export class NothingToRead extends Schema.TaggedError<NothingToRead>()("NothingToRead", {
  /** One sentence that says what to do. */
  problem: Schema.String
}) {
  readonly isRetryable = false
  override get message(): string {
    return this.problem
  }
}

/** A part of a result: `from` counts from 1. */
export interface Asked {
  readonly reference: string
  readonly from?: number
  readonly count?: number
}

export interface Results {
  /**
   * `outcome` with the text that the model is to read. Never throws.
   *
   * A failure's sentence stays whole. Text that a tool wrote for the model itself (`toModelOutput`) is compacted as what it
   * spells where that is JSON without spaces, else cut as a text.
   */
  readonly tell: (outcome: Attempt.Outcome) => Attempt.Outcome
  /** More of a result: JSON that takes no more than the limit. */
  readonly read: (asked: Asked) => Effect.Effect<unknown, NothingToRead>
}

/**
 * The same for equal texts, so that equal conversations are equal to the byte, and of 61 bits, so that two texts have two.
 * Lower case: models copy that surely.
 */
export const referenceOf = (text: string): string => Key.digest(text).toLowerCase().replaceAll(/[-_]/g, "").slice(0, 12)

const gone = "No result is kept under that reference: call the tool that gave it again."

const nothing = (problem: string) => Effect.fail(new NothingToRead({ problem }))

/** Shows at most `limitBytes` (`Compact.leastBytes` at least) of each result. `fork` runs what the run need not wait for. */
export const make = (
  limitBytes: number,
  store: ResultStore,
  fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
): Results => {
  const limit = Math.max(limitBytes, Compact.leastBytes)
  const measured = Measured.keeping(Measured.maxUnits)
  return {
    tell: (outcome) => {
      const { ok, problem, text } = outcome
      if (Measured.fits(text, limit)) return outcome
      if (!ok && problem !== null && text === Attempt.failed(problem).text) return outcome
      const reference = referenceOf(text)
      fork(store.set(reference, text))
      return { ...outcome, text: Compact.compact(text, { limitBytes: limit, reference }, measured) }
    },
    read: Effect.fnUntraced(function* ({ count = Infinity, from = 1, reference }) {
      const [name = "", number = "0"] = reference.split(".")
      const text = yield* store.get(name)
      if (text === undefined) return yield* nothing(gone)
      const range = { from: Math.max(1, from), count: Math.max(1, count) }
      const page = Compact.read(text, Number(number), range, { limitBytes: limit, reference: name }, measured)
      return Result.isFailure(page) ? yield* nothing(page.failure) : page.success
    })
  }
}
