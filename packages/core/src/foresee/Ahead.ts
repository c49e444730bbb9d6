/**
 * Ahead: what one run reads before its model asks: what the router foresees of the question, and what habits say comes next.
 *
 * **Details**
 *
 * Before the first model call, guesses are begun in rounds, within one wait: once all of a round is there, habits may know what
 * follows upon it. After each step's calls, habits' guesses are begun for the next. At the end whoever guessed is told what was
 * of use, and habits learn from the run.
 */
import type * as Tool from "effect/ai/Tool"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Predicate from "effect/Predicate"

import type { EndReason } from "../AgentEvent.ts"
import type { Call as ModelCall } from "../model/ModelStream.ts"
import type * as Attempt from "../schedule/Attempt.ts"
import type { Foreseen } from "../schedule/Foreseen.ts"
import * as PlanTool from "../schedule/PlanTool.ts"
import type { Run } from "../schedule/Run.ts"
import * as Foresight from "./Foresight.ts"
import type { Habits } from "./Habits.ts"
import type { Guess as Habit, MadeCall } from "./HabitTable.ts"
import * as QuestionShape from "./QuestionShape.ts"
import type { Analysis, Call } from "./Route.ts"
import type { Wishes } from "./Wishes.ts"
import type { Worth } from "./Worth.ts"

export interface Sources {
  /** The application's own: what the engine offers beside them is not foreseen. */
  readonly tools: Readonly<Record<string, Tool.Any>>
  readonly question: string
  readonly analysis: Analysis | undefined
  readonly wishes: Wishes | undefined
  /** What the router's guesses were worth so far. */
  readonly worth: Worth
  readonly habits: Habits["Service"] | undefined
}

export interface Ahead {
  /** What the model's own calls are served from. */
  readonly foreseen: Foreseen
  /** Begins what the question tells, and gives what is there to be shown to the model after at most `limitMillis`. */
  readonly open: (limitMillis: number) => Effect.Effect<ReadonlyArray<Foresight.Made>>
  /** Takes in the calls of one message of the model's, and what they came to. */
  readonly took: (calls: ReadonlyArray<ModelCall>, outcomes: ReadonlyArray<Attempt.Outcome>) => void
  /** Begins what follows upon the last calls, for the step `step`. */
  readonly next: (step: number) => Effect.Effect<void>
  /** What was foreseen, neither shown nor asked for yet, and is there after at most `limitMillis`. */
  readonly rest: (limitMillis: number) => Effect.Effect<ReadonlyArray<Foresight.Made>>
  /** The answer is made of these. */
  readonly used: (made: ReadonlyArray<Foresight.Made>) => void
  /** Interrupts what is under way: no more is needed. */
  readonly cut: () => void
  /** Judges and learns, once the run has its answer. */
  readonly end: (reason: EndReason) => Effect.Effect<void>
}

/** A guess, of one source or of several. */
interface Source extends Call {
  /** Whether it may stand in the prompt. */
  readonly mayShow: boolean
  readonly judge: (wasRight: boolean) => void
}

/** What the router foresees, as far as guesses of that kind have paid so far. */
const routed = ({ analysis, worth }: Sources): ReadonlyArray<Source> =>
  (analysis?.foreseen ?? []).flatMap(({ name, parameters }) => {
    const kind = `${analysis?.intent ?? ""} ${name}`
    const trial = worth.mayTry(kind)
    if (trial === undefined) return []
    const judge = (wasRight: boolean) => worth.judged(kind, wasRight)
    return [{ name, parameters, mayShow: trial === "shown", judge }]
  })

/** Equal ones as one. */
const distinct = (guesses: ReadonlyArray<Source>): ReadonlyArray<Source> => {
  const all: Array<Source> = []
  for (const guess of guesses) {
    const index = all.findIndex(
      ({ name, parameters }) => name === guess.name && Equal.equals(parameters, guess.parameters)
    )
    const same = all[index]
    if (same === undefined) {
      all.push(guess)
      continue
    }
    const judge = (wasRight: boolean) => {
      same.judge(wasRight)
      guess.judge(wasRight)
    }
    all[index] = { ...same, mayShow: same.mayShow && guess.mayShow, judge }
  }
  return all
}

const madeCall = ({ input, name }: ModelCall, { ok, value }: Attempt.Outcome): ReadonlyArray<MadeCall> =>
  Predicate.isObject(input) ? [{ name, parameters: { ...input }, ok, value }] : []

/** For one run. */
export const make = <R>(run: Run<R>, sources: Sources): Ahead => {
  const { habits, wishes } = sources
  const { mostCalls, wait } = run.policy.foresight
  const { tools } = sources
  const foresight = Foresight.make(run, mostCalls)
  const shape = habits && QuestionShape.of(sources.question, sources.analysis)
  const steps: Array<ReadonlyArray<MadeCall>> = []
  /** How many of them were read before the model was asked. */
  let opened = 0
  const asked = new Set<string>()
  const judged: Array<readonly [Habit, boolean]> = []

  const habitual: Effect.Effect<ReadonlyArray<Source>> = Effect.suspend(() => {
    if (habits === undefined || shape === undefined) return Effect.succeed([])
    return Effect.map(habits.predict({ shape, steps, tools }), (guesses) =>
      guesses.map((guess) => {
        // Whether a habit rests is its own affair; that it is tried unseen at times is not.
        const mayShow = sources.worth.mayTry(`habit ${guess.habit}`) !== "hidden"
        const judge = (wasRight: boolean) => void judged.push([guess, wasRight])
        return { ...guess.call, mayShow, judge }
      })
    )
  })
  /**
   * What grants a wish is not shown: the model is to choose the call, which is served at once and words its own result, so
   * that the model need not.
   */
  const begin = (step: number, guesses: ReadonlyArray<Source>) =>
    foresight.begin(
      step,
      guesses.map(({ mayShow, ...guess }) => ({
        ...guess,
        isShown: mayShow && wishes?.isGrantedBy(guess.name) !== true
      }))
    )

  return {
    foreseen: foresight.foreseen,
    open: Effect.fnUntraced(function* (limitMillis) {
      const endMillis = (yield* Clock.currentTimeMillis) + Math.min(limitMillis, Duration.toMillis(wait))
      const made: Array<Foresight.Made> = []
      let guesses = distinct([...routed(sources), ...(yield* habitual)])
      while (guesses.length > 0) {
        const begun = yield* begin(0, guesses)
        const round = yield* foresight.shown(Math.max(0, endMillis - (yield* Clock.currentTimeMillis)))
        if (round.length === 0) break
        made.push(...round)
        steps.push(round.flatMap(({ call, outcome }) => madeCall(call, outcome)))
        opened = steps.length
        // What follows is known only where all of the round is there.
        if (round.length < begun) break
        guesses = yield* habitual
      }
      return made
    }),
    took: (calls, outcomes) => {
      if (calls.length === 0) return
      for (const { name } of calls) asked.add(name)
      steps.push(
        calls.flatMap((call, index) => {
          const outcome = outcomes[index]
          return outcome === undefined ? [] : madeCall(call, outcome)
        })
      )
    },
    next: (step) => Effect.flatMap(habitual, (guesses) => Effect.asVoid(begin(step, guesses))),
    used: foresight.used,
    cut: foresight.cut,
    rest: (limitMillis) => foresight.rest(Math.min(limitMillis, Duration.toMillis(wait))),
    end: Effect.fnUntraced(function* (reason) {
      foresight.cut()
      // What a run that was ended did not ask for, it may still have asked for.
      if (reason !== "answered") return
      yield* foresight.judge(asked)
      if (habits === undefined) return
      for (const [guess, wasRight] of judged) yield* habits.judge(guess, wasRight)
      // Of a plan only its own call is seen here, which says nothing of what follows upon what.
      if (shape === undefined || asked.has(PlanTool.name)) return
      yield* habits.learn({ shape, steps, tools, reason, given: opened })
    })
  }
}
