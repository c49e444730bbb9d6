/**
 * Foresight: reads that the model will likely ask for, begun before it does. What is there in time stands in its prompt, as
 * calls already made; what is not is there for its own equal calls.
 *
 * **Details**
 *
 * A guess is begun where its tool is there, only reads, and asks nobody's leave; at most `policy.foresight.mostCalls` a run, and
 * none where a budget counts tool calls. It takes no more than half of the places there are, and no place in the order of calls:
 * a write that touches what it read drops it. The run's end interrupts what is still under way. Which guesses were right is told
 * to whoever made them.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import * as Struct from "effect/Struct"

import * as CallIds from "../model/CallIds.ts"
import type { Call as ModelCall } from "../model/ModelStream.ts"
import type * as Transcript from "../model/Transcript.ts"
import type * as Attempt from "../schedule/Attempt.ts"
import * as Foreseen from "../schedule/Foreseen.ts"
import * as Graph from "../schedule/Graph.ts"
import * as Parameters from "../schedule/Parameters.ts"
import * as Policy from "../schedule/Policy.ts"
import type { Run } from "../schedule/Run.ts"
import * as Scheduler from "../schedule/Scheduler.ts"
import type { Call } from "./Route.ts"

/** A read that may be asked for. */
export interface Guess extends Call {
  /** Whether it is to stand in the prompt. Else it is only there for the model's own call. */
  readonly isShown: boolean
  /**
   * Told once, when the run has its answer, whether the model asked for it, or the answer is made of it. Not told of what stood in the prompt, unless the
   * model asked that tool for something else: it need not ask for what it has, and may not have needed it.
   */
  readonly judge: (wasRight: boolean) => void
}

/** A call that was made in the model's place, as it stands in the prompt. */
export interface Made {
  readonly call: ModelCall
  readonly outcome: Attempt.Outcome
}

export interface Foresight {
  /** What the model's own calls are served from. */
  readonly foreseen: Foreseen.Foreseen
  /** Begins guesses, the likeliest first, for the step `step`; how many of them are to be shown. */
  readonly begin: (step: number, guesses: ReadonlyArray<Guess>) => Effect.Effect<number>
  /** Those to be shown, and not shown yet, that have a result after at most `millis`, in the order in which they were begun. */
  readonly shown: (millis: number) => Effect.Effect<ReadonlyArray<Made>>
  /**
   * Those that neither stood in the prompt nor served a call of the model's, are still true, and have a result after at most
   * `millis`.
   */
  readonly rest: (millis: number) => Effect.Effect<ReadonlyArray<Made>>
  /** The answer is made of these. */
  readonly used: (made: ReadonlyArray<Made>) => void
  /** Interrupts what is under way. */
  readonly cut: () => void
  /** Judges, and counts, once the run has its answer. `asked`: names of the tools that the model called. */
  readonly judge: (asked: ReadonlySet<string>) => Effect.Effect<void>
}

const calls = Metric.counter("callsheet.foresight.calls", {
  description: "Calls begun before a model asked for them, by whether it did, or had them in its prompt",
  incremental: true
})

interface Begun {
  readonly guess: Guess
  readonly key: string
  readonly node: Graph.Node
  /** Whether it stood in the prompt. */
  isShown: boolean
}

const notNeeded = "The answer came without it."

/** `call` as a model would have written it. */
export const written = (id: string, { name, parameters }: Call): ModelCall => ({
  id,
  name,
  inputText: JSON.stringify(parameters),
  input: parameters,
  fault: undefined
})

/** The messages that show `made` to the model, after what `transcript` holds. */
export const show = (transcript: Transcript.Transcript, made: ReadonlyArray<Made>): Transcript.Transcript =>
  made.length === 0
    ? transcript
    : [
        ...transcript,
        { role: "assistant", text: "", calls: made.map(({ call }) => call), echo: [], responseId: undefined },
        ...made.map(
          ({ call: { id: callId, name }, outcome: { ok, text } }) =>
            ({ role: "tool", callId, name, text, isFailure: !ok }) as const
        )
      ]

/** For one run. Its calls are the run's, but stand in no call's way, and no conversation tells of those that are not shown. */
export const make = <R>(run: Run<R>, mostCalls: number): Foresight => {
  const { policy, results } = run
  const { tools } = run.toolkit
  const own: Run<R> = { ...run, order: Graph.makeOrder(), ledger: undefined, foreseen: undefined, isGuessing: true }
  const foreseen = Foreseen.make()
  const begun: Array<Begun> = []
  /** Ids of those that the answer is made of. */
  const used = new Set<string>()
  const steps: Array<Scheduler.Step> = []
  const most = policy.budget.toolCalls === undefined ? mostCalls : 0

  const beginOne = Effect.fnUntraced(function* (step: Scheduler.Step, guess: Guess) {
    const { name, parameters: input } = guess
    const tool = Object.hasOwn(tools, name) ? tools[name] : undefined
    if (tool === undefined || begun.length >= most) return 0
    const rules = Policy.rulesOf(tool)
    if (!rules.isReadOnly || rules.needsApproval) return 0
    const read = yield* Parameters.read(tool, input)
    if (read._tag === "None" || read.value.key === undefined) return 0
    const key = Foreseen.keyOf(name, read.value.key)
    if (foreseen.has(key)) return 0
    const id = CallIds.ofEngine("foreseen", (run.engineCallsFrom ?? 0) + begun.length)
    const node = yield* step.place({ id, tool, known: input, needs: [], input: () => Result.succeed(input) })
    foreseen.add({ key, footprint: Policy.footprint(tool, read), freshnessMillis: rules.freshnessMillis, node })
    begun.push({ guess, key, node, isShown: false })
    return guess.isShown ? 1 : 0
  })

  return {
    foreseen,
    begin: (step, guesses) =>
      Effect.suspend(() => {
        if (guesses.length === 0 || begun.length >= most) return Effect.succeed(0)
        const opened = Scheduler.open(step, own)
        steps.push(opened)
        const begin = Effect.forEach(guesses, (guess) => beginOne(opened, guess), { concurrency: 1 })
        return Effect.map(begin, (shown) => shown.reduce<number>((sum, one) => sum + one, 0))
      }),
    shown: (millis) =>
      Effect.suspend(() => {
        const awaited = begun.filter(({ guess, isShown }) => guess.isShown && !isShown)
        if (awaited.length === 0) return Effect.succeed([])
        return Effect.map(Effect.timeoutOption(Graph.outcomes(awaited.map(({ node }) => node)), millis), () =>
          awaited.flatMap((one): ReadonlyArray<Made> => {
            const { outcome } = one.node
            if (outcome?.ok !== true || !foreseen.has(one.key)) return []
            one.isShown = true
            return [{ call: written(one.node.id, one.guess), outcome: results?.tell(outcome) ?? outcome }]
          })
        )
      }),
    rest: (millis) =>
      Effect.suspend(() => {
        const left = begun.filter(({ isShown, key }) => !isShown && !foreseen.isAsked(key) && foreseen.has(key))
        const settled = Effect.timeoutOption(Graph.outcomes(left.map(({ node }) => node)), millis)
        return Effect.map(settled, () =>
          left.flatMap(({ guess, node: { id, outcome } }): ReadonlyArray<Made> =>
            outcome?.ok === true ? [{ call: written(id, guess), outcome }] : []
          )
        )
      }),
    used: (made) => {
      for (const { call } of made) used.add(call.id)
    },
    cut: () => {
      for (const step of steps) step.cut(notNeeded)
    },
    judge: (asked) =>
      Effect.suspend(() => {
        const counts = { asked: 0, shown: 0, wasted: 0 }
        for (const { guess, isShown, key, node } of begun) {
          const isAsked = foreseen.isAsked(key) || used.has(node.id)
          const isUnknown = isShown && !isAsked && !asked.has(guess.name)
          if (!isUnknown) guess.judge(isAsked)
          counts[isAsked ? "asked" : isUnknown ? "shown" : "wasted"]++
        }
        const counted = Struct.keys(counts).map((use) =>
          Metric.update(Metric.withAttributes(calls, { "callsheet.foresight.use": use }), counts[use])
        )
        return begun.length === 0 ? Effect.void : Effect.all(counted, { concurrency: 1, discard: true })
      })
  }
}
