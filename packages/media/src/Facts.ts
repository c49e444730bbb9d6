/**
 * Facts: what changes from day to day and a model cannot know, in a few words: which day it is, and how much the library holds.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { Library } from "./Library.ts"

/** A question waits for them. */
const limit = Duration.millis(5)

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

export class Facts extends Context.Service<
  Facts,
  {
    /**
     * As `text` one or two sentences of under 200 bytes, the same all day while the library is; as `key` the day, on which answers
     * depend: what they say of the library was read.
     *
     * **Details**
     *
     * The day is that of UTC. What the library holds is told where it is remembered, of what TMDb knows too; nothing is asked of
     * any service, and it takes a few milliseconds at most.
     */
    readonly now: Effect.Effect<{ readonly text: string; readonly key: string }>
  }
>()("@callsheet/media/Facts") {
  /** With the library where the context holds a `Library`; so it is built anew for each. */
  static readonly layer: Layer.Layer<Facts> = Layer.fresh(
    Layer.effect(
      Facts,
      Effect.gen(function* () {
        const library = yield* Effect.serviceOption(Library)
        const holdings = Option.match(library, {
          onNone: () => Effect.succeedNone,
          onSome: ({ known }) =>
            Effect.all([known("movie"), known("series")], { concurrency: 2 }).pipe(
              Effect.map(([films, series]) => Option.all({ films, series })),
              Effect.timeoutOption(limit),
              Effect.map(Option.flatten)
            )
        })
        const now = Effect.gen(function* () {
          const time = yield* DateTime.now
          const key = DateTime.formatIsoDateUtc(time)
          const today = `Today is ${days[DateTime.getPartUtc(time, "weekDay")]}, ${key}.`
          const text = Option.match(yield* holdings, {
            onNone: () => today,
            onSome: ({ films, series }) =>
              `${today} The Plex library holds about ${films.size} films and ${series.size} series.`
          })
          return { text, key }
        })
        return Facts.of({ now })
      })
    )
  )
}
