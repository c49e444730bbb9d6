/**
 * Counterfactuals: what a run would have taken had its calls run otherwise, each found by replaying its graph (`Replay`); and
 * the remedies among them. Loads the test clock, as that does: for whoever explains a run, never for whoever runs one.
 */
import * as Effect from "effect/Effect"

import * as Rounds from "./CounterfactualsRounds.ts"
import * as Independence from "./Independence.ts"
import type { Counterfactual, Profile, Row } from "./Profile.ts"
import * as Replay from "./Replay.ts"
import * as Recorded from "./ReplayRecorded.ts"
import type { GraphCall, RunGraph } from "./RunGraph.ts"

export interface Options {
  /** What it takes to spawn a process that answers, and to load it, as it was measured. Without it nothing is said of that. */
  readonly processMillis?: number
}

/** A run that might have been. */
interface Otherwise {
  readonly kind: Counterfactual["kind"]
  readonly subject: string | null
  readonly what: string
  readonly graph: RunGraph
  readonly how: Replay.How
}

/** Of one kind, at most: for the tools that took the longest, and the first rounds. */
const maxOfKind = 20

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

/** What is taken for true where the trace does not tell when a message began to be written. */
const untold =
  " The trace tells no first token: a message waits as long as the shortest took in all, so this saves that much at most."

/** All reads, and those of each tool, those that took the longest together first. What writes or failed is never remembered. */
const remembered = (recorded: RunGraph, rows: ReadonlyArray<Row>): ReadonlyArray<Otherwise> => {
  const failed = new Set(rows.flatMap(({ id, ok }) => (ok ? [] : [id])))
  const isRead = ({ id, isReadOnly }: GraphCall) => isReadOnly && !failed.has(id)
  const total = (calls: ReadonlyArray<GraphCall>) => calls.reduce((sum, { millis }) => sum + millis, 0)
  const reads = recorded.rounds.flatMap(({ calls }) => calls.filter(isRead))
  const tools = [...Map.groupBy(reads, ({ name }) => name)].sort(([, one], [, other]) => total(other) - total(one))
  const otherwise = (subject: string | null, what: string, isIn: (call: GraphCall) => boolean): Otherwise => ({
    kind: "remembered",
    subject,
    what,
    how: Replay.together,
    graph: {
      ...recorded,
      rounds: recorded.rounds.map((round) => ({
        ...round,
        calls: round.calls.map((call) => (isRead(call) && isIn(call) ? { ...call, millis: 0 } : call))
      }))
    }
  })
  return [
    ...tools
      .slice(0, maxOfKind)
      .map(([tool, { length }]) =>
        otherwise(tool, `What ${tool} gave remembered: ${counted(length, "call")}.`, ({ name }) => name === tool)
      ),
    ...(tools.length < 2
      ? []
      : [otherwise(null, `What all ${tools.length} reading tools gave remembered.`, () => true)])
  ]
}

/** Rounds joined: as they ran but for those of each span, whose calls wait for nothing but what they need. */
const joined = ({ asRan, freed }: Recorded.Recorded, { groups, plans }: Independence.Independence) => {
  const otherwise = (kind: "parallel" | "plan", how: string, span: Rounds.Span): Otherwise => {
    const { from, to } = span
    const rounds = asRan.rounds.map((round, step) =>
      step < from || step >= to ? round : (freed.rounds[step] ?? round)
    )
    const calls = Rounds.callsOf(freed, span)
    return {
      kind,
      subject: calls.map(({ id }) => id).join(" "),
      what: `${counted(calls.length, "call")} of ${to - from} messages ${how}${Rounds.isUntold(freed) ? untold : ""}`,
      graph: Rounds.joined({ ...asRan, rounds }, span),
      how: Replay.together
    }
  }
  return [
    ...Rounds.spansOf(groups)
      .slice(0, maxOfKind)
      .map((span) => otherwise("parallel", "asked for by one, since none needed what another gave.", span)),
    ...Rounds.spansOf(plans)
      .slice(0, maxOfKind)
      .map((span) => otherwise("plan", "handed in as one plan.", span))
  ]
}

/** What is taken for true of calls of one message where the trace holds no content. */
const untoldNeeds = " Whether it needed that the trace does not tell: what one message asks for seldom does."

const otherwises = (
  recorded: Recorded.Recorded,
  independence: Independence.Independence,
  rows: ReadonlyArray<Row>
): ReadonlyArray<Otherwise> => {
  const { asRan, freed, late } = recorded
  const isUntold = late.some(
    ({ cameAfter, id }) =>
      cameAfter !== undefined &&
      independence.findings.some(({ second, verdict }) => second === id && verdict === "cannot tell")
  )
  return [
    {
      kind: "sequential",
      subject: null,
      what: "Each message read to its end, then its calls one after another.",
      graph: freed,
      how: Replay.oneByOne
    },
    {
      kind: "parallel",
      subject: late.length === 0 ? null : late.map(({ id }) => id).join(" "),
      what:
        late.length === 0
          ? "The calls of a message together, as they were."
          : `The calls of a message together: ${counted(late.length, "call")} waited for another of the same message.${isUntold ? untoldNeeds : ""}`,
      graph: freed,
      how: Replay.together
    },
    ...joined(recorded, independence),
    ...remembered(asRan, rows)
  ]
}

/**
 * What the run of `profile`, whose graph is `graph`, would have taken otherwise. The first is `as-recorded`.
 *
 * **Details**
 *
 * - `as-recorded`: the run replayed as it was. `millis` is what the replay takes, so `savesMillis` is what it misses of the run: its
 *   error, and no saving.
 * - All others: `savesMillis` is the difference of two replays, that of the run as recorded and that of the run otherwise, and
 *   `millis` is the recorded time less that. So what a replay misses counts neither as saved nor as lost.
 * - `sequential`: each message read to its end, then its calls one after another.
 * - `parallel`, first: the calls of each message together, each from when it is written; `subject` names those that had waited for
 *   another that nothing shows to be needed. Then, for rounds that needed nothing of each other: their calls asked for by one
 *   message, which waits for its first token once and writes as much as all of them did.
 * - `plan`: the same for rounds of which some needed what others gave; each call begins when what it needs is there. It takes
 *   for true that the model could have said where in those results its arguments would stand.
 * - `remembered`: the calls of a tool that only reads take nothing, but for those that failed; without a subject, those of all such tools.
 * - `process`: `options.processMillis` more.
 *
 * **Gotchas**
 *
 * What an agent that does not stream asked for is taken as written at the end of its message. What calls of different rounds
 * needed of each other is what `Independence` finds; where a trace holds no content, nothing is said of that. One replay for
 * each: at most 20 of a kind.
 */
export const of = Effect.fnUntraced(function* (profile: Profile, graph: RunGraph, options: Options = {}) {
  const { rows, wallMillis } = profile
  const independence = Independence.of(graph, rows)
  const recorded = Recorded.of(graph, rows, independence.findings)
  const baseMillis = yield* Replay.millis(recorded.asRan)
  const asRecorded: Counterfactual = {
    kind: "as-recorded",
    subject: null,
    what: "The run as it was, replayed: what that misses is no saving.",
    millis: baseMillis,
    savesMillis: wallMillis - baseMillis
  }
  const saving = (kind: Counterfactual["kind"], subject: string | null, what: string, savesMillis: number) => ({
    kind,
    subject,
    what,
    millis: wallMillis - savesMillis,
    savesMillis
  })
  const others = yield* Effect.forEach(
    otherwises(recorded, independence, rows),
    ({ graph, how, kind, subject, what }) =>
      Effect.map(Replay.millis(graph, how), (millis) => saving(kind, subject, what, baseMillis - millis)),
    { concurrency: 1 }
  )
  const { processMillis } = options
  const processes =
    processMillis === undefined
      ? []
      : [saving("process", null, "A process spawned and loaded for it, as that was measured.", -processMillis)]
  const all: ReadonlyArray<Counterfactual> = [asRecorded, ...others, ...processes]
  return all
})

/** What saves less is lost in what a run varies by. */
const leastMillis = 0.5

const mostRemedies = 3

const isRemedy = ({ kind, savesMillis }: Counterfactual): boolean =>
  savesMillis >= leastMillis && (kind === "parallel" || kind === "plan" || kind === "remembered")

/** Whether two are about the same, so that the second saves what the first has saved already. */
const areAlike = (one: Counterfactual, other: Counterfactual): boolean => {
  if (one.kind === "remembered" || other.kind === "remembered") {
    return one.kind === other.kind && (one.subject === null || other.subject === null || one.subject === other.subject)
  }
  const calls = new Set(one.subject?.split(" "))
  return other.subject?.split(" ").some((id) => calls.has(id)) ?? false
}

/**
 * The three of `counterfactuals` that save most, most first, each about something else. None that saves less than half a
 * millisecond.
 *
 * All tools remembered stands for single ones only where none of them alone saves half as much: one is easier than all.
 */
export const remedies = (counterfactuals: ReadonlyArray<Counterfactual>): ReadonlyArray<Counterfactual> => {
  const saving = counterfactuals.filter(isRemedy).sort((one, other) => other.savesMillis - one.savesMillis)
  const single = saving.find(({ kind, subject }) => kind === "remembered" && subject !== null)
  const chosen: Array<Counterfactual> = []
  for (const one of saving) {
    const isAll = one.kind === "remembered" && one.subject === null
    if (isAll && single !== undefined && 2 * single.savesMillis >= one.savesMillis) continue
    if (!chosen.some((other) => areAlike(other, one))) chosen.push(one)
  }
  return chosen.slice(0, mostRemedies)
}
