/**
 * LongRun: a script whose every answer is long: many calls side by side, then much text. For what must keep up with the events of a run.
 */
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { Script } from "./Script.ts"

export interface Length {
  /** Of the first step: each two events or three. They take from 5 to 400 ms. */
  readonly calls: number
  /** Of the answer: each a token, and an event. */
  readonly words: number
}

export const toolkit = Toolkit.make(
  Tool.make("look", { parameters: Schema.Struct({ place: Schema.Finite }), success: Schema.String }).annotate(
    Tool.Readonly,
    true
  )
)

export const handlers = toolkit.toLayer({
  look: ({ place }) => Effect.as(Effect.sleep(5 + ((place * 37) % 400)), `place ${place}`)
})

/** Words of four bytes, in paragraphs. */
const textOf = (words: number) =>
  Array.from({ length: words }, (_, index) => (index % 90 === 89 ? "so.\n\n" : "abc ")).join("")

export const script =
  ({ calls, words }: Length): Script =>
  ({ messages }) =>
    messages.at(-1)?.role === "tool"
      ? { text: textOf(words), calls: [] }
      : { text: "", calls: Array.from({ length: calls }, (_, place) => ({ name: "look", input: { place } })) }
