/**
 * `peers`: Callsheet beside the agents that others write with, in one run. The page that a sceptic can rerun.
 */
import * as Effect from "effect/Effect"

import * as Allocation from "./arena/Allocation.ts"
import * as Checks from "./arena/Checks.ts"
import * as ColdStart from "./arena/ColdStart.ts"
import * as Crowd from "./arena/Crowd.ts"
import * as Entries from "./arena/Entries.ts"
import * as Limit from "./arena/Limit.ts"
import * as Match from "./arena/Match.ts"
import * as NoLatency from "./arena/NoLatency.ts"
import * as Peers from "./arena/Peers.ts"
import * as Realistic from "./arena/Realistic.ts"
import { type Workload, workloads } from "./arena/Workloads.ts"
import { median, rounded, type Row, type Suite } from "./Report.ts"

const about = `The same agent, written with each of several libraries as their documentation says, against a loop by hand over node:http with
keep-alive (the "floor": no validation, retry or tracing). Six tools, the same for all, called over one keep-alive pool in each
process. Upstream: one scripted OpenAI-protocol server and HTTP tool backend for all, in a process of its own; each contestant
in one of its own; the Responses API where the contestant has it, else Chat Completions against the floor's. Each answer and
each tool call is checked: one that answers otherwise or makes other calls has no rows but that. Another goes first each time.

No latency: the server hands a whole reply to the socket at once, 16 events to an HTTP chunk; "x floor" is wall time a run against
the floor's in the same rotation, geometric mean over a (no tools, 150 tokens), b (three steps of four calls), c (50 calls) and
d (a chain of four); the median of the rotations. Beside them: e (four calls), f (the ten baseline questions), g (LLMCompiler's
movie recommendation and ParallelQA, in shape). Realistic: 350 ms to the first token, 120 tokens a second, tools 40 ms, the
slow one of e 600; a run's length on paper over its wall time; one contestant after another, one run of each workload side by
side. A rotation in which the floor is below 0.995 is thrown away. Plans: the model hands in all calls at once, for contestants that
can run such a plan; others take the loop. Concurrency: 500 runs of b at a time without latency, heap limits of a machine with
2 GB, each beside the floor; 100 at the realistic pace. Cold start: from the spawning of a process to its first request, over a bare node:http
script's; contestants as source (Node strips their types), Callsheet also as the built command. Size: on disk, with all dependencies.

A script proves what an engine does with a model's choices, never whether a model would make them.`

const others: ReadonlyArray<Workload> = [workloads.e, workloads.f, workloads["g-movie"], workloads["g-parallel"]]
const all = [...NoLatency.measured, ...others]
const keysOf = (workloads: ReadonlyArray<Workload>) => workloads.map(({ key }) => key)

const isFloor = ({ entry }: Peers.Participant) => entry === Entries.floor || entry === Entries.chatFloor

const seated = (
  arena: Match.Arena,
  participants: ReadonlyArray<Peers.Participant>,
  pace: Match.Pace,
  streaming: boolean
) => Effect.forEach(participants, ({ api, entry }) => arena.seat(entry, { pace, api, streaming }), { concurrency: 2 })

const noLatency = Effect.fnUntraced(function* (
  arena: Match.Arena,
  participants: ReadonlyArray<Peers.Participant>,
  streaming: boolean
) {
  const title = `no latency, ${streaming ? "streaming" : "not streaming"}`
  const present = participants.filter(({ onlyStreams }) => streaming || !onlyStreams)
  const seats = yield* seated(arena, present, "fast", streaming)
  const played = streaming ? all : NoLatency.measured
  const scores = yield* NoLatency.scores(seats, played, { rotations: 5, runs: 6, warmUps: 60 })
  const rows = present.map((participant): Row => {
    const { api, entry, floor } = participant
    const name = `${title}: ${entry.name}`
    if (isFloor(participant)) return NoLatency.floorRow(scores, name, entry.name)
    const bound = !streaming ? 2 : entry === Entries.callsheet ? 1.5 : entry === Entries.callsheetTraced ? 1.8 : 2.5
    const row = NoLatency.row(scores, name, entry.name, floor, participant.isOurs ? bound : undefined)
    const rest = streaming ? `; ${NoLatency.told(scores, entry.name, floor, keysOf(others))}` : ""
    return { ...row, note: `${api}; ${row.note ?? ""}${rest}` }
  })
  return rows
}, Effect.scoped)

const allocation = Effect.fnUntraced(function* (arena: Match.Arena, { api, entry }: Peers.Participant) {
  const { allocated } = yield* Allocation.of(arena, entry, api, [workloads.b], 100)
  const rows = allocated.map((found) =>
    Allocation.row(
      `allocation a run, b, streaming: ${entry.name}`,
      found,
      entry === Entries.callsheet ? 800 : undefined
    )
  )
  return rows
}, Effect.scoped)

const paced = [...Realistic.measured, workloads["g-movie"], workloads["g-parallel"]]
const plans: ReadonlyArray<Workload> = [workloads["d-plan"], workloads["g-movie-plan"], workloads["g-parallel-plan"]]

const realistic = Effect.fnUntraced(function* (arena: Match.Arena, participants: ReadonlyArray<Peers.Participant>) {
  const loops = yield* seated(arena, participants, "real", true)
  const planner = yield* arena.seat(Entries.callsheetPlans, { pace: "real", api: "responses", streaming: true })
  const seats = [...loops, planner]
  const played = (seat: Match.Seat) => (seat === planner ? plans : paced)
  const warmUp = { count: 10, concurrency: 10 }
  yield* Effect.forEach(seats, (seat) => seat.run(seat === planner ? workloads["d-plan"] : workloads.b, warmUp), {
    concurrency: 4,
    discard: true
  })
  const { counted, thrownAway } = yield* Realistic.rotations(
    (count) =>
      Effect.map(
        Effect.forEach(
          Match.rotated(seats, count),
          (seat) => Effect.map(Realistic.score(seat, played(seat)), (score) => ({ seat, score })),
          { concurrency: 1 }
        ),
        (scored) => seats.flatMap((seat) => scored.flatMap((one) => (one.seat === seat ? [one.score] : [])))
      ),
    2
  )
  const ratiosOf = (index: number, key: string) => counted.map((scores) => scores[index]?.ratios.get(key) ?? Number.NaN)
  const noteOf = (index: number, workloads: ReadonlyArray<Workload>) =>
    workloads.map(({ key }) => `${key} ${rounded(median(ratiosOf(index, key)), 4)}`).join(", ")
  const rotations = `${counted.length} rotations, ${thrownAway} thrown away`
  const rows: Array<Row> = participants.map(({ entry }) => {
    const index = loops.findIndex((seat) => seat.entry === entry)
    const starts = counted.flatMap((scores) => scores[index]?.startMillis ?? [])
    const perRotation = counted.map((_, rotation) =>
      Match.geometricMean(keysOf(Realistic.measured).map((key) => ratiosOf(index, key)[rotation] ?? Number.NaN))
    )
    return {
      name: `realistic, limit over measured, a to e: ${entry.name}`,
      value: median(perRotation),
      unit: "of limit",
      note: `${noteOf(index, paced)}; tools start ${rounded(median(starts), 1)} ms after their last byte, p99 ${rounded(Match.quantile(starts, 0.99), 1)}; ${rotations}`
    }
  })
  const millis = (index: number, workload: Workload) => Limit.millisOf(workload) / median(ratiosOf(index, workload.key))
  const planIndex = seats.length - 1
  rows.push(
    ...(
      [
        ["d", workloads.d, workloads["d-plan"], 1.45],
        ["LLMCompiler's movies", workloads["g-movie"], workloads["g-movie-plan"], undefined],
        ["ParallelQA", workloads["g-parallel"], workloads["g-parallel-plan"], undefined]
      ] as const
    ).map(([what, loop, plan, atLeast]): Row => {
      const peers = participants.filter((participant) => !participant.isOurs && !isFloor(participant))
      const all = peers.map(({ entry }) => ({
        name: entry.name,
        millis: millis(
          loops.findIndex((seat) => seat.entry === entry),
          loop
        )
      }))
      const times = all.filter(({ millis }) => !Number.isNaN(millis))
      const [best] = times.sort((one, other) => one.millis - other.millis)
      const ours = millis(planIndex, plan)
      return {
        name: `plan in one round against the best peer's loop: ${what}`,
        value: (best?.millis ?? Number.NaN) / ours,
        unit: "x faster",
        ...(atLeast === undefined || best === undefined ? {} : { atLeast }),
        note: `${Math.round(ours)} ms (limit ${Math.round(Limit.millisOf(plan))}) against ${best?.name ?? "nobody"}'s ${Math.round(best?.millis ?? 0)} (limit ${Math.round(Limit.millisOf(loop))})`
      }
    })
  )
  return rows
}, Effect.scoped)

/** One after another, each beside the floor: all at once would have more connections than a process may. */
const crowds = Effect.fnUntraced(function* (arena: Match.Arena, participants: ReadonlyArray<Peers.Participant>) {
  const bounds: Crowd.Bounds = { runsAtLeast: 0.65, megabytesAtMost: 250, wallAtMost: 1.05 }
  const placeOf = ({ api, entry, floor }: Peers.Participant): Crowd.Place => ({
    entry,
    api,
    floor,
    bounds: entry === Entries.callsheet ? bounds : {}
  })
  const floors = participants.filter(isFloor).map(placeOf)
  const rows: Array<Row> = []
  for (const place of participants.filter((participant) => !isFloor(participant)).map(placeOf)) {
    const floor = floors.filter(({ api }) => api === place.api)
    const pair = yield* Crowd.unpaced(arena, [...floor, place], { rotations: 2, runs: 750, warmUps: 250 })
    const paced = yield* Crowd.paced(arena, [...floor, place], 1)
    rows.push(...[...pair, ...paced].filter(({ name }) => !rows.some((row) => row.name === name)))
  }
  return rows
})

const coldStarts = Effect.fnUntraced(function* (participants: ReadonlyArray<Peers.Participant>) {
  yield* ColdStart.build
  const commands = participants
    .filter(({ entry: { tracing } }) => !tracing)
    .map(({ api, entry }) => ColdStart.contestant(entry, api))
  return yield* ColdStart.rows([ColdStart.bare, ColdStart.callsheet(true, 1.5), ...commands], 8)
})

const sizes = (participants: ReadonlyArray<Peers.Participant>) =>
  Effect.forEach(
    participants.filter(({ entry: { tracing }, packages }) => !tracing && packages.length > 0),
    ({ entry, packages }) =>
      Effect.map(Peers.installedSize(packages), (size): Row => ({
        name: `installed size: ${entry.name}`,
        value: size.bytes / 1e6,
        unit: "MB",
        note: `${size.packages} packages: ${packages.join(", ")} and what they depend on`
      })),
    { concurrency: 1 }
  )

const compared = (only: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const participants = yield* Peers.participants(only)
      const arena = yield* Match.make
      const rows: Array<Row> = []
      rows.push(...(yield* noLatency(arena, participants, true)))
      rows.push(...(yield* noLatency(arena, participants, false)))
      for (const participant of participants) rows.push(...(yield* allocation(arena, participant)))
      rows.push(...(yield* realistic(arena, participants)))
      rows.push(...(yield* crowds(arena, participants)))
      rows.push(...(yield* coldStarts(participants)))
      rows.push(...(yield* sizes(participants)))
      rows.push(...Checks.rows(arena.seats))
      // A row without a figure and without a bound is that of somebody who has one for what went wrong.
      return rows.filter(({ atLeast, atMost, value }) => !Number.isNaN(value) || (atLeast ?? atMost) !== undefined)
    })
  )

export const suite: Suite = {
  about,
  rows: compared([]),
  chosen: { takes: ["only"], rows: ({ only = [] }) => compared(only) }
}
