/**
 * EstimateForecast: what a run may still take, as a sample of equally likely times. Pure, and the same each time.
 *
 * **Details**
 *
 * What remains is a sum of parts (the rest of what is under way, then the steps to come), some of which run side by side, and
 * each of which is drawn from what was seen of it, in the order that `EstimateOrders` gives it.
 *
 * What has lasted is taken into account: of a call that has run for three seconds, only what was seen of calls of three seconds
 * and more counts. Parts are taken as independent; what that makes wrong, `Estimate` sets right.
 *
 * A run is seen from outside. That the model has said all is told only at the end of its step, so calls that have begun are
 * all only where no more are usual.
 *
 * Long, because the places at which a run may be are read best beside one another.
 */
import type { Route } from "../AgentEvent.ts"
import * as CallIds from "../model/CallIds.ts"
import * as EstimateKnown from "./EstimateKnown.ts"
import * as EstimateLesson from "./EstimateLesson.ts"
import { shareOf, stratumOf } from "./EstimateOrders.ts"
import * as EstimateRun from "./EstimateRun.ts"
import * as EstimateSketch from "./EstimateSketch.ts"
import * as EstimateTable from "./EstimateTable.ts"
import * as EstimateTally from "./EstimateTally.ts"

/**
 * Where a run is, as far as that makes its forecasts better or worse.
 *
 * - `opening`: until it is routed. `lead`: until its first step. `whole`: while rules answer.
 * - Of a step, `waiting`: for its first sign. `speaking`: words have come, and no call. `calling`: while calls run.
 *   `called`: all that began have ended, and the step has not.
 * - `between` two steps; `ending`: all that was to come has ended.
 */
export type Stage = "opening" | "lead" | "whole" | "waiting" | "speaking" | "calling" | "called" | "between" | "ending"

export const stageOf = (run: EstimateRun.EstimateRun): Stage => {
  const step = EstimateRun.stepOf(run)
  const isCalling = !run.running.every(isForeseen)
  if (step !== undefined) {
    if (step.sign === undefined) return "waiting"
    return step.calls === 0 ? "speaking" : isCalling ? "calling" : "called"
  }
  const last = run.steps.at(-1)
  if (last !== undefined) return last.finishReason === "tool-calls" ? "between" : "ending"
  if (run.route === undefined) return "opening"
  if (run.route === "model") return "lead"
  return run.calls > 0 && !isCalling ? "ending" : "whole"
}

const isForeseen = ({ callId }: EstimateRun.Running): boolean => CallIds.originOf(callId) === "foreseen"

const { strata } = EstimateSketch
/** Steps beyond are not drawn. */
const maxFuture = 16
/** Calls beyond, of other tools or begun at other times, are not waited for. */
const maxGroups = 12
/** Steps that a run may go on beyond all that were seen. */
const maxBeyond = 6

/** Parts by number. Those of the steps to come follow, three a step. */
const part = { turn: 0, steps: 1, first: 2, second: 3, third: 4, calls: 5, future: 6 }
const callParts = part.future + 3 * maxFuture

type Sketch = EstimateSketch.Sketch | undefined
const drawOf = (sketch: Sketch, number: number, index: number): number => sketch?.draw(stratumOf(number, index)) ?? 0
const restOf = (sketch: Sketch, number: number, index: number, elapsedMillis: number): number =>
  sketch?.rest(shareOf(number, index), elapsedMillis) ?? 0

/**
 * What `run` may still take at `atMillis` since its beginning, in milliseconds, in order; `undefined` where too little is known of
 * its agent, or it has ended.
 */
export const of = (
  table: EstimateTable.EstimateTable,
  run: EstimateRun.EstimateRun,
  setting: EstimateLesson.Setting,
  atMillis: number
): Float64Array | undefined => {
  if (run.end !== undefined || EstimateKnown.historyOf(table, run) < EstimateTable.minHistory) return undefined
  const draw = drawing(EstimateKnown.of(table, run, setting), run, atMillis)
  const left = setting.deadlineMillis === undefined ? Infinity : Math.max(0, setting.deadlineMillis - atMillis)
  return Float64Array.from({ length: strata }, (_, index) => Math.min(draw(index), left)).sort()
}

type Known = EstimateKnown.Known
/** Milliseconds in the draw of this number. */
type Draw = (index: number) => number

const drawing = (known: Known, run: EstimateRun.EstimateRun, atMillis: number): Draw => {
  const step = EstimateRun.stepOf(run)
  if (step !== undefined) return duringStep(known, run, step, atMillis)
  const sinceRouted = atMillis - run.routedMillis
  switch (stageOf(run)) {
    case "opening": {
      const ofModel = byModel(known)
      const labels = EstimateTally.spread(known.routes, strata)
      const after = EstimateLesson.routes.map((route): Draw => {
        if (route === "model") return ofModel
        const [whole, turned] = [known.whole(route), turning(known, route, ofModel)]
        return (index) => drawOf(whole, part.second, index) + turned(index)
      })
      return (index) => {
        const label = labels?.[stratumOf(part.turn, index)] ?? 0
        return restOf(known.opening, part.first, index, atMillis) + (after[label]?.(index) ?? 0)
      }
    }
    case "ending":
    case "whole": {
      const { route } = run
      if (run.steps.length > 0 || route === undefined) return () => 0
      const [whole, turned] = [known.whole(route), turning(known, route, byModel(known))]
      const running = ofCalls(known, run, atMillis)
      const isAll = areAll(known.calls("rules"), run.calls)
      return (index) => {
        const seen = running(index)
        const own = run.calls > 0 && isAll(index) ? seen : Math.max(seen, restOf(whole, part.first, index, sinceRouted))
        return own + turned(index)
      }
    }
    case "between": {
      const last = run.steps.at(-1)
      if (last === undefined) return () => 0
      const ended = run.steps.length
      const share = lastShare(known, ended, (kind) => signShare(known, last.sign, kind))
      const steps = toCome(known, ended)
      const since = atMillis - (last.endMillis ?? atMillis)
      return (index) =>
        shareOf(part.turn, index) < share ? 0 : restOf(known.gap, part.first, index, since) + steps(index)
    }
    default: {
      const steps = toCome(known, 0)
      return (index) => restOf(known.lead, part.first, index, sinceRouted) + steps(index)
    }
  }
}

/** Of a step under way, and of those after it. */
const duringStep = (known: Known, run: EstimateRun.EstimateRun, step: EstimateRun.Step, atMillis: number): Draw => {
  const number = run.steps.length
  const steps = toCome(known, number)
  const after: Draw = (index) => drawOf(known.gap, part.second, index) + steps(index)
  const sinceStart = atMillis - step.startMillis
  const sinceSign = atMillis - step.signMillis
  if (step.sign === undefined) {
    const share = lastShare(known, number, (kind) => known.wait[kind]?.exceeds(sinceStart) ?? 1)
    return (index) => {
      const kind = shareOf(part.turn, index) < share ? "last" : "more"
      const own = restOf(known.wait[kind], part.first, index, sinceStart) + drawOf(known.rest[kind], part.third, index)
      return kind === "last" ? own : own + after(index)
    }
  }
  if (step.calls === 0) {
    const lasting = (kind: EstimateLesson.StepKind) => {
      const of = kind === "last" ? known.rest.last : known.decoding.more
      return signShare(known, step.sign, kind) * (of?.exceeds(sinceSign) ?? 1)
    }
    const share = lastShare(known, number, lasting)
    return (index) => {
      const kind = shareOf(part.turn, index) < share ? "last" : "more"
      const own = restOf(known.rest[kind], part.first, index, sinceSign)
      return kind === "last" ? own : own + after(index)
    }
  }
  // A word may come first, but a call is what tells.
  const share = lastShare(known, number, (kind) => signShare(known, "call", kind))
  const running = ofCalls(known, run, atMillis)
  const isAll = areAll(known.calls("step"), step.calls)
  return (index) => {
    const kind = shareOf(part.turn, index) < share ? "last" : "more"
    // Whether the model still writes is not told.
    const seen = Math.max(running(index), drawOf(known.decoding[kind], part.first, index) - sinceSign)
    const isWhole = kind === "last" || isAll(index)
    const own = isWhole ? seen : Math.max(seen, restOf(known.rest.more, part.first, index, sinceSign))
    return kind === "last" ? own : own + after(index)
  }
}

/** Whether these calls are all that begin. */
const areAll = (calls: EstimateTally.Tally, begun: number): ((index: number) => boolean) => {
  const counts = EstimateTally.spread(calls, strata, begun)
  return (index) => (counts?.[stratumOf(part.calls, index)] ?? 0) <= begun
}

/** A run that a model decides, from where that is known. */
const byModel = (known: Known): Draw => {
  const steps = toCome(known, 0)
  return (index) => drawOf(known.lead, part.second, index) + steps(index)
}

/** What comes after rules came to their end: nothing, or else a model after all. */
const turning = (known: Known, route: Route, ofModel: Draw): Draw => {
  const turned = known.turned(route)
  const share = EstimateTally.weightOf(turned, 1) / Math.max(1, EstimateTally.total(turned))
  return (index) => (shareOf(part.third, index) < share ? ofModel(index) : 0)
}

/** How often the first sign of a step of this kind is `sign`, 0-1. */
const signShare = ({ signs }: Known, sign: EstimateRun.Sign | undefined, kind: EstimateLesson.StepKind): number => {
  const count = (of: EstimateRun.Sign) => EstimateTally.weightOf(signs, EstimateLesson.signLabel(of, kind)) + 0.5
  return count(sign ?? "text") / (count("text") + count("call"))
}

/**
 * How likely the step of this number (from 1) is the last, 0-1, where `likelihood` of what was seen of it depends on that: Bayes'
 * rule.
 */
const lastShare = ({ steps }: Known, number: number, likelihood: (kind: EstimateLesson.StepKind) => number): number => {
  const counts = countsFrom(steps, number)
  const all = counts.reduce((sum, [, count]) => sum + count, 0)
  const last = (counts[0]?.[0] === number ? counts[0][1] : 0) / all
  const [ofLast, ofMore] = [last * likelihood("last"), (1 - last) * likelihood("more")]
  return ofLast + ofMore > 0 ? ofLast / (ofLast + ofMore) : last
}

/**
 * How often a run had so many steps, from `least` on. Once more, it had more than any that was seen: one more, or half as often
 * two, and so on.
 */
const countsFrom = ({ weights }: EstimateTally.Tally, least: number): ReadonlyArray<readonly [number, number]> => {
  const most = weights.at(-1)?.[0] ?? 0
  const beyond = Math.max(most + 1, least)
  return [
    ...weights.filter(([steps]) => steps >= least),
    ...Array.from({ length: maxBeyond }, (_, index) => [beyond + index, 0.5 ** (index + 1)] as const)
  ]
}

/** The steps that follow upon `ended` ones, without what lies between the first of them and what is before it. */
const toCome = (known: Known, ended: number): Draw => {
  const counts: EstimateTally.Tally = { atMillis: 0, weights: countsFrom(known.steps, ended + 1) }
  const numbers = EstimateTally.spread(counts, strata, ended + 1)
  return (index) => {
    const steps = Math.min((numbers?.[stratumOf(part.steps, index)] ?? ended + 1) - ended, maxFuture)
    let millis = 0
    for (let step = 0; step < steps; step++) {
      const kind = step === steps - 1 ? "last" : "more"
      const first = part.future + 3 * step
      millis += drawOf(known.wait[kind], first, index) + drawOf(known.rest[kind], first + 1, index)
      if (step > 0) millis += drawOf(known.gap, first + 2, index)
    }
    return millis
  }
}

/**
 * The calls under way: the longest of them. Of equal calls that began together, the longest of so many is drawn at once.
 */
const ofCalls = (known: Known, run: EstimateRun.EstimateRun, atMillis: number): Draw => {
  const awaited = run.running.filter((call) => !isForeseen(call))
  const together = Map.groupBy(
    awaited,
    ({ isWaiting, name, sinceMillis }) => `${isWaiting} ${Math.round(sinceMillis / 16)} ${name}`
  )
  const draws = Array.from(together.values())
    .slice(0, maxGroups)
    .map((calls, group): Draw => {
      const [first] = calls
      if (first === undefined) return () => 0
      const sketch = known.tool(first.name)
      const elapsed = atMillis - first.sinceMillis
      const number = callParts + group
      return (index) => {
        const share = shareOf(number, index) ** (1 / calls.length)
        if (!first.isWaiting) return sketch?.rest(share, elapsed) ?? 0
        return restOf(known.approval, part.third, index, elapsed) + (sketch?.rest(share, 0) ?? 0)
      }
    })
  return (index) => draws.reduce((longest, draw) => Math.max(longest, draw(index)), 0)
}
