/**
 * Simulated runs, whose parts are drawn from distributions that are known: tools with two modes, heavy tails, models that slow
 * down from run to run, calls side by side and one after the other. The events are those of `Agent`, in its order.
 */
import { AgentEvent } from "@callsheet/core/AgentEvent"
import { Schema } from "effect"

/** Uniform numbers in (0,1), the same for the same seed (mulberry32). */
export const dice = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32
  }
}
export type Dice = ReturnType<typeof dice>
export type Law = (dice: Dice) => number

export const constant =
  (millis: number): Law =>
  () =>
    millis
/** `sigma` is the standard deviation of the logarithm. */
export const logNormal =
  (medianMillis: number, sigma: number): Law =>
  (dice) =>
    medianMillis * Math.exp(sigma * Math.sqrt(-2 * Math.log(dice())) * Math.cos(2 * Math.PI * dice()))
export const pareto =
  (leastMillis: number, index: number): Law =>
  (dice) =>
    leastMillis * dice() ** (-1 / index)
/** The one in `share` of the cases, else the other. */
export const either =
  (share: number, one: Law, other: Law): Law =>
  (dice) =>
    (dice() < share ? one : other)(dice)

/** What a world of runs is like. */
export interface World {
  readonly tools: Readonly<Record<string, Law>>
  /** From the request to its first token, and from there to the last. */
  readonly firstToken: Law
  readonly calling: Law
  readonly answering: Law
  readonly kinds: ReadonlyArray<Kind>
  /** How much slower a whole run is than another: the dependence between its parts. */
  readonly pace?: Law
}

export interface Kind {
  readonly question: string
  /** Tools of each step but the last, one after the other as the model writes them; of a run by rules, of its only one. */
  readonly steps: (dice: Dice) => ReadonlyArray<ReadonlyArray<string>>
  readonly route?: "rules"
  /** At most so many calls at once; the others wait. */
  readonly width?: number
}

const decode = Schema.decodeUnknownSync(AgentEvent)

/** The events of one run of `world`. */
export const run = (world: World, kind: Kind, dice: Dice): ReadonlyArray<AgentEvent> => {
  const facts: Array<{ readonly at: number; readonly fact: object }> = []
  const tell = (at: number, fact: object) => void facts.push({ at, fact })
  const pace = world.pace?.(dice) ?? 1
  const took = (law: Law) => law(dice) * pace
  let calls = 0
  /** Makes calls that come at these times; the time when the last has ended. */
  const make = (step: number, arriving: ReadonlyArray<readonly [name: string, at: number]>, prefix: string): number => {
    const places = Array.from({ length: kind.width ?? arriving.length }, () => 0)
    let end = 0
    for (const [name, at] of arriving) {
      const call = { step, callId: `${prefix}_${calls++}`, name }
      const place = places.indexOf(Math.min(...places))
      const start = Math.max(at, places[place] ?? 0)
      const millis = took(world.tools[name] ?? constant(0))
      tell(start, { _tag: "ToolStarted", ...call, input: {} })
      const settled = { startMillis: start, millis, queueMillis: 0, retries: 0, source: "upstream", ok: true }
      tell(start + millis, { _tag: "ToolSettled", ...call, ...settled, problem: null })
      places[place] = start + millis
      end = Math.max(end, start + millis)
    }
    return end
  }
  tell(0, { _tag: "RunStarted", agent: "simulated", question: kind.question })
  let now = 1 + dice()
  tell(now, { _tag: "Routed", route: kind.route ?? "model", confidence: null, reason: null })
  const steps = kind.steps(dice)
  if (kind.route === "rules") {
    now = make(
      0,
      (steps[0] ?? []).map((name) => [name, now] as const),
      "rules"
    )
    tell(now, { _tag: "TextDelta", step: 0, delta: "It is so." })
  } else {
    for (const [step, names] of [...steps, []].entries()) {
      now += 0.2 + dice()
      const start = now
      tell(start, { _tag: "StepStarted", step })
      const first = start + took(world.firstToken)
      const isLast = step === steps.length
      const decoding = took(isLast ? world.answering : world.calling)
      const modelEnd = first + decoding
      now = modelEnd
      if (isLast) {
        for (let part = 0; part < 5; part++) {
          tell(first + (decoding * part) / 4, { _tag: "TextDelta", step, delta: "so " })
        }
      } else {
        const arriving = names.map((name, index) => [name, first + (decoding * (index + 1)) / names.length] as const)
        now = Math.max(modelEnd, make(step, arriving, "call"))
      }
      const silent = { inputTokens: null, cachedInputTokens: null, outputTokens: null }
      const bytes = { requestBytes: null, responseBytes: null, retries: null }
      const modelCall = { step, startMillis: start, millis: modelEnd - start, firstTokenMillis: first - start }
      const finishReason = isLast ? "stop" : "tool-calls"
      tell(now, { _tag: "StepFinished", step, finishReason, modelCall: { ...modelCall, ...silent, ...bytes } })
    }
  }
  const steppes = kind.route === "rules" ? 0 : steps.length + 1
  tell(now + 0.1, { _tag: "RunFinished", answer: "so", steps: steppes, reason: "answered" })
  return facts
    .sort((one, other) => one.at - other.at)
    .map(({ at, fact }, seq) => decode({ runId: "run", seq, atMillis: at, ...fact }))
}

/** `count` runs of its kinds, as they come. */
export const runs = (world: World, count: number, dice: Dice): ReadonlyArray<ReadonlyArray<AgentEvent>> =>
  Array.from({ length: count }, () => {
    const kind = world.kinds[Math.floor(dice() * world.kinds.length)]
    return kind === undefined ? [] : run(world, kind, dice)
  })

/** A household's: what is in memory is quick, what is not is slow; some services have bad days. */
export const household: World = {
  tools: {
    // Remembered in two of three cases.
    library: either(0.66, logNormal(3, 0.3), logNormal(220, 0.25)),
    search: logNormal(90, 0.4),
    details: pareto(40, 1.6),
    // One in five is a retry.
    queue: either(0.8, logNormal(60, 0.2), logNormal(3_000, 0.1))
  },
  firstToken: logNormal(420, 0.35),
  calling: logNormal(180, 0.3),
  answering: logNormal(700, 0.5),
  kinds: [
    { question: "what is in my queue", steps: () => [["queue"]] },
    {
      question: "which films of this year do we have, and who made them",
      steps: (dice) => [["search", "library"], ...(dice() < 0.5 ? [["details", "details", "details"]] : [])]
    },
    {
      question: "plan an evening for five people",
      steps: (dice) =>
        Array.from({ length: 2 + Math.floor(dice() * 3) }, () =>
          ["library", "details", "search"].slice(Math.floor(dice() * 3))
        )
    },
    { question: "what is new", route: "rules", steps: () => [["library", "queue"]] },
    { question: "rate all that we have seen", width: 2, steps: () => [["details", "details", "details", "details"]] }
  ]
}
