/**
 * Warmth: how many questions were answered *warm*: no read of theirs had to wait for an upstream. It is what reading ahead is
 * worth, above all for the *first* ones, those after a start or after a rest, which nobody's earlier question has warmed.
 *
 * | metric | counts | its attributes |
 * | --- | --- | --- |
 * | `callsheet.questions` | questions that read anything | `callsheet.question.first` and `callsheet.question.warm`: `true` or `false` |
 */
import * as ReadLog from "@callsheet/cache/ReadLog"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"

export interface Share {
  readonly warm: number
  readonly all: number
}

export class Warmth extends Context.Service<
  Warmth,
  {
    /** `answer`, and a look at what is read for it. One that reads nothing is not counted. */
    question<A, E, R>(answer: Stream.Stream<A, E, R>): Stream.Stream<A, E, R>
    /** How many were warm, since this was made: of the first ones, and of all. */
    readonly shares: Effect.Effect<{ readonly first: Share; readonly all: Share }>
  }
>()("@callsheet/media/Warmth") {
  static readonly layer: Layer.Layer<Warmth> = Layer.sync(Warmth, () => {
    const first = { warm: 0, all: 0 }
    const all = { warm: 0, all: 0 }
    let lastMillis = -Infinity

    const count = (isFirst: boolean, isWarm: boolean) => {
      for (const share of isFirst ? [first, all] : [all]) {
        share.all++
        if (isWarm) share.warm++
      }
      const attributes = { "callsheet.question.first": String(isFirst), "callsheet.question.warm": String(isWarm) }
      return Metric.update(Metric.withAttributes(questions, attributes), 1)
    }

    return Warmth.of({
      question: (answer) =>
        Stream.unwrap(
          Effect.gen(function* () {
            const nowMillis = yield* Clock.currentTimeMillis
            const isFirst = nowMillis - lastMillis >= Duration.toMillis(rest)
            lastMillis = nowMillis
            const outer = yield* ReadLog.CurrentReadLog
            let isWarm: boolean | undefined
            const log: ReadLog.ReadLog = {
              records: [],
              add: (record) => {
                isWarm = (isWarm ?? true) && (record.source === "memory" || record.source === "store")
                outer?.add(record)
              }
            }
            return answer.pipe(
              Stream.provideService(ReadLog.CurrentReadLog, log),
              Stream.ensuring(Effect.suspend(() => (isWarm === undefined ? Effect.void : count(isFirst, isWarm))))
            )
          })
        ),
      shares: Effect.sync(() => ({ first: { ...first }, all: { ...all } }))
    })
  })
}

/** By then what earlier questions read of the library is no longer served. */
const rest = Duration.minutes(10)

const questions = Metric.counter("callsheet.questions", {
  description: "Questions that read anything, by whether a read had to wait for its upstream",
  incremental: true
})
