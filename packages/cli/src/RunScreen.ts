/**
 * RunScreen: prints a run as it happens, and asks the person at the terminal what the run asks of them.
 *
 * One fiber writes, one thing at a time: while a question waits for its answer, nothing is drawn over it.
 */
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as RunSummary from "@callsheet/core/explain/RunSummary"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Queue from "effect/Queue"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"

import type { Pending } from "./Approvals.ts"
import * as RunView from "./RunView.ts"

type Item =
  | { readonly _tag: "Event"; readonly event: AgentEvent }
  | { readonly _tag: "Pending"; readonly pending: Pending }
  | { readonly _tag: "Tick" }

/** Prints `events` to the end and returns their summary; the person decides on each of `approvals`, where given. */
export const show = Effect.fnUntraced(function* <E, R>(
  events: Stream.Stream<AgentEvent, E, R>,
  approvals?: Queue.Dequeue<Pending>
) {
  const stdio = yield* Stdio.Stdio
  const terminal = yield* Terminal.Terminal
  const size = Effect.all({ columns: terminal.columns, rows: terminal.rows })
  const first = yield* size
  const isLive = (yield* stdio.stdoutIsTerminal) && first.columns > 0
  const startMillis = yield* Clock.currentTimeMillis
  const elapsedMillis = Effect.map(Clock.currentTimeMillis, (now) => now - startMillis)
  let view = RunView.initial(isLive ? { _tag: "Live", size: first } : { _tag: "Plain" })
  let summary = RunSummary.initial
  let announced: ReadonlyArray<string> = []
  let waiting: ReadonlyArray<Pending> = []

  const write = Effect.fnUntraced(function* (change: (view: RunView.View) => readonly [RunView.View, string]) {
    const [next, text] = change(RunView.resize(view, yield* size))
    view = next
    if (text !== "") yield* terminal.display(text)
  })

  const decide = Effect.fnUntraced(function* ({ answer, request }: Pending) {
    if (yield* Deferred.isDone(answer)) return
    const askedMillis = yield* elapsedMillis
    yield* write((view) => RunView.onPrompt(view, request, askedMillis))
    const word = yield* Effect.raceFirst(
      Effect.option(terminal.readLine),
      Effect.as(Deferred.await(answer), Option.none<string>())
    )
    const answeredMillis = yield* elapsedMillis
    yield* write((view) => RunView.onAnswer(view, Option.isSome(word), answeredMillis))
    yield* Deferred.succeed(answer, Option.isSome(word) && /^y(es)?$/i.test(word.value.trim()))
  })

  /** Decides on what waits once the run's own telling has come to it, so that each question stands in its place. */
  const decideAll = Effect.gen(function* () {
    for (const pending of waiting) {
      const { callId } = pending.request
      const index = announced.indexOf(callId)
      if (index < 0) continue
      announced = announced.toSpliced(index, 1)
      waiting = waiting.filter((other) => other !== pending)
      yield* decide(pending)
    }
  })

  const onItem = Effect.fnUntraced(function* (item: Item) {
    switch (item._tag) {
      case "Tick": {
        const atMillis = yield* elapsedMillis
        return yield* write((view) => RunView.onTick(view, atMillis))
      }
      case "Pending":
        waiting = [...waiting, item.pending]
        return yield* decideAll
      case "Event": {
        const { event } = item
        summary = RunSummary.add(summary, event)
        if (event._tag !== "ApprovalNeeded" || approvals === undefined) {
          return yield* write((view) => RunView.onEvent(view, event))
        }
        announced = [...announced, event.callId]
        return yield* decideAll
      }
    }
  })

  const told = Stream.map(events, (event): Item => ({ _tag: "Event", event }))
  const asked = approvals === undefined ? Stream.empty : Stream.fromQueue(approvals)
  const ticks = isLive ? Stream.tick("100 millis") : Stream.empty
  yield* told.pipe(
    Stream.merge(
      Stream.map(asked, (pending): Item => ({ _tag: "Pending", pending })),
      { haltStrategy: "left" }
    ),
    Stream.merge(
      Stream.map(ticks, (): Item => ({ _tag: "Tick" })),
      { haltStrategy: "left" }
    ),
    Stream.runForEach(onItem)
  )
  return summary
})
