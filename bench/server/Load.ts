/**
 * Load: many streams at once from one place, and what became of them.
 */
import * as Effect from "effect/Effect"

import type * as Child from "../arena/Child.ts"
import type { Model } from "./Model.ts"
import * as Self from "./Self.ts"
import * as Watcher from "./Watcher.ts"

/** Who answers, in a process of its own. */
export interface Place {
  readonly child: Child.Child
  /** Where it is asked. */
  readonly url: string
}

export const state = ({ child }: Place): Effect.Effect<Self.State> => child.ask({}, Self.isState)

let asked = 0

const ask = ({ url }: Place): readonly [string, Watcher.Watcher] => {
  const asker = `asker-${asked++}.`
  return [asker, Watcher.ask(url, JSON.stringify({ question: `Hello from ${asker}`, stopWhenLeft: true }))]
}

/** What came of streams that were read to their ends. Times are of all of them together, unsorted. */
export interface Outcome {
  readonly firstMillis: ReadonlyArray<number>
  readonly lagsMillis: ReadonlyArray<number>
  readonly endMillis: ReadonlyArray<number>
  readonly lost: number
  readonly repeated: number
  /** Of the place's process, a stream. */
  readonly cpuMillis: number
  readonly peakBytes: number
}

const sum = (values: ReadonlyArray<number>): number => values.reduce((all, value) => all + value, 0)

/** `count` streams, begun one after another within `beginMillis`, and read to their ends. */
export const streams = Effect.fnUntraced(function* (model: Model, place: Place, count: number, beginMillis: number) {
  const before = yield* state(place)
  const watchers: Array<readonly [string, Watcher.Watcher]> = []
  const fromMillis = performance.now()
  while (watchers.length < count) {
    const passed = performance.now() - fromMillis
    const due = passed >= beginMillis ? count : Math.ceil((passed / beginMillis) * count)
    while (watchers.length < due) watchers.push(ask(place))
    if (due < count) yield* Effect.sleep(1)
  }
  yield* Effect.promise(() => Promise.all(watchers.map(([, { over }]) => over)))
  const after = yield* state(place)
  const outcome: Outcome = {
    firstMillis: watchers.map(([, { firstMillis }]) => firstMillis()),
    lagsMillis: watchers.flatMap(([asker, { lagsMillis }]) => lagsMillis(model.writtenMillis(asker))),
    endMillis: watchers.map(([, { endMillis }]) => endMillis() ?? Number.NaN),
    lost: sum(watchers.map(([, { lost }]) => lost())),
    repeated: sum(watchers.map(([, { repeated }]) => repeated())),
    cpuMillis: (after.cpuMillis - before.cpuMillis) / count,
    peakBytes: after.peakBytes
  }
  model.forget()
  return outcome
})

/** `count` streams, one after another, each left at its first event: how long that took. */
export const first = Effect.fnUntraced(function* (model: Model, place: Place, count: number) {
  const all: Array<number> = []
  for (let index = 0; index < count; index++) {
    const [, { begun, firstMillis, leave, over }] = ask(place)
    yield* Effect.promise(() => begun)
    all.push(firstMillis())
    leave()
    yield* Effect.promise(() => over)
    // It stops the run that was left, which is no part of the next one.
    yield* Effect.sleep(5)
  }
  model.forget()
  return all
})

/** What is left of `count` streams, a second after all clients closed at once in the middle of them. */
export const left = Effect.fnUntraced(function* (model: Model, place: Place, count: number) {
  const watchers = Array.from({ length: count }, () => ask(place))
  yield* Effect.promise(() => Promise.all(watchers.map(([, { begun }]) => begun)))
  yield* Effect.sleep("1 second")
  const before = yield* state(place)
  for (const [, { leave }] of watchers) leave()
  yield* Effect.sleep("1 second")
  const { connections, running } = yield* state(place)
  const answers = model.open()
  model.forget()
  return { before: before.running, running, connections, answers }
})
