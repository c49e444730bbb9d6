/**
 * Random runs: a graph of tasks, each with what it truly waited for, laid out in time as soon as it could be, and the spans that
 * such a run leaves.
 */
import { Attribute, type RecordedSpan } from "../../src/explain/Trace.ts"
import { type Dice, dice } from "../schedule/plans.ts"
import { chat, run, span, tool } from "./spans.ts"

/** A tool call, or the part of a model call up to where another call is written. */
export interface Task {
  readonly row: string
  readonly millis: number
  readonly needs: ReadonlyArray<{ readonly task: Task; readonly gapMillis: number }>
}

export interface RandomRun {
  readonly spans: ReadonlyArray<RecordedSpan>
  /** What the run's end waited for. */
  readonly ends: Task["needs"]
  /** All of it up to the first task, where there is none before. */
  readonly openingMillis: ReadonlyMap<Task, number>
}

/** Two of them are hardly ever the same. */
const duration = (roll: Dice): number => 1 + roll(2 ** 31) / 2 ** 21

interface Laid {
  readonly task: Task
  readonly begin: number
  readonly end: number
}

interface Round {
  readonly spans: ReadonlyArray<RecordedSpan>
  readonly laid: ReadonlyArray<Laid>
  /** Whether something else ended between what a call waited for and its beginning, and no span tells what that was. */
  readonly isAmbiguous: boolean
}

/** A model call from `begin` on and its calls; `opening`: what its first part waited for. */
const roundOf = (
  roll: Dice,
  name: string,
  step: number,
  begin: number,
  opening: Task["needs"],
  hasGaps: boolean,
  tellsAll: boolean
): Round => {
  const gap = () => (hasGaps && roll(2) === 0 ? duration(roll) / 10 : 0)
  const wait = duration(roll)
  const offsets = Array.from({ length: roll(4) }, () => wait + duration(roll)).sort((one, other) => one - other)
  const total = (offsets.at(-1) ?? wait) + duration(roll)
  const late = roll(3)
  const parts: Array<Laid> = []
  let reached = 0
  for (const offset of [...offsets, total]) {
    const before = parts.at(-1)?.task
    const needs = before === undefined ? opening : [{ task: before, gapMillis: 0 }]
    parts.push({ task: { row: name, millis: offset - reached, needs }, begin: begin + reached, end: begin + offset })
    reached = offset
  }
  const message = parts.at(-1)
  const calls: Array<Laid> = []
  const spans = [
    chat(name, begin, begin + total, {
      parent: `step ${step}`,
      attributes: {
        [Attribute.step]: step,
        [Attribute.firstToken]: wait,
        [Attribute.callOffsets]: [...offsets, ...Array.from({ length: late }, () => total)]
      }
    }),
    span(`${name} http`, "POST", begin, begin + total, { parent: name })
  ]
  const windows: Array<readonly [number, number]> = []
  const place = (id: string, waited: ReadonlyArray<Laid>, gapMillis: number, isTold: boolean) => {
    const ready = Math.max(...waited.map(({ end }) => end))
    const begin = ready + gapMillis
    const millis = duration(roll)
    const task = { row: id, millis, needs: waited.map(({ task }) => ({ task, gapMillis })) }
    calls.push({ task, begin, end: begin + millis })
    if (!isTold) windows.push([ready, begin])
    const attributes = {
      [Attribute.step]: step,
      [Attribute.queueWait]: roll(2) === 0 ? millis / 4 : 0,
      ...(isTold && { [Attribute.waitsFor]: waited.map(({ task }) => task.row) })
    }
    spans.push(
      tool(id, `look${roll(3)}`, begin, begin + millis, { parent: `step ${step}`, attributes }),
      span(`${id} http`, "GET", begin + millis / 3, begin + millis / 2, { parent: id })
    )
  }
  // While it was written, or once it was.
  parts.forEach((part, index) => {
    if (part !== message) place(`${name}-${index}`, [part], 0, false)
    else for (let index = 0; index < late; index++) place(`${name}-late${index}`, [part], gap(), false)
  })
  for (let index = roll(4); index > 0 && calls.length > 0; index--) {
    const waited = calls.filter(() => roll(2) === 0)
    const ready = Math.max(...waited.map(({ end }) => end))
    if (waited.length === 0) continue
    const isTold = tellsAll || ready <= (message?.end ?? 0) || roll(2) === 0
    place(`${name}-plan${index}`, waited, isTold ? gap() : 0, isTold)
  }
  const laid = [...(message === undefined ? [] : [message]), ...calls]
  const isAmbiguous = windows.some(([from, to]) => laid.some(({ end }) => from < end && end < to))
  return { spans, laid, isAmbiguous }
}

/** `isPlain`: calls begin as soon as they can, and tell all that they waited for. */
export const of = (seed: number, isPlain = false): RandomRun => {
  const roll = dice(seed)
  const gap = () => (roll(2) === 0 ? duration(roll) / 10 : 0)
  const spans: Array<RecordedSpan> = []
  const openingMillis = new Map<Task, number>()
  let now = gap()
  let waited: ReadonlyArray<Laid> = Array.from({ length: roll(3) }, (_, index) => {
    const millis = duration(roll)
    const id = `foreseen_${index}`
    const task = { row: id, millis, needs: [] }
    openingMillis.set(task, now)
    spans.push(tool(id, "guess", now, now + millis, { attributes: { [Attribute.origin]: "foreseen" } }))
    return { task, begin: now, end: now + millis }
  })
  for (let step = 0, steps = 1 + roll(4); step < steps; step++) {
    const before = gap()
    const within = gap()
    const from = Math.max(now, ...waited.map(({ end }) => end))
    const begin = from + before + within
    const opening = waited.map(({ task }) => ({ task, gapMillis: before + within }))
    let round = roundOf(roll, `chat${step}`, step, begin, opening, !isPlain, isPlain)
    if (round.isAmbiguous) round = roundOf(roll, `chat${step}`, step, begin, opening, false, isPlain)
    if (opening.length === 0) for (const { task } of round.laid) openingMillis.set(first(task), begin)
    const end = Math.max(...round.laid.map(({ end }) => end))
    spans.push(
      ...round.spans,
      span(`step ${step}`, `step ${step + 1}`, from + before, end, {
        parent: "run",
        attributes: { [Attribute.step]: step }
      })
    )
    waited = round.laid
    now = end
  }
  const rest = gap()
  const end = now + rest
  // Nobody waits for it.
  if (roll(2) === 0)
    spans.push(
      tool("foreseen_9", "guess", roll(Math.ceil(end)), end, {
        attributes: { [Attribute.origin]: "foreseen" },
        problem: "interrupted"
      })
    )
  spans.push(run(end))
  return {
    spans: spans
      .map((span) => [roll(1000), span] as const)
      .sort(([one], [other]) => one - other)
      .map(([, span]) => span),
    ends: waited.map(({ task }) => ({ task, gapMillis: rest })),
    openingMillis
  }
}

/** The part of a model call from which `task` comes. */
const first = (task: Task): Task => {
  const need = task.needs[0]
  return need === undefined ? task : first(need.task)
}
