/**
 * Compared: the ten questions in each of the five set-ups, turn and turn about.
 */
import { WarmUp } from "@callsheet/media/WarmUp"
import * as Questions from "@callsheet/testkit/Questions"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

import { rotated } from "../arena/Match.ts"
import * as Bundle from "../Bundle.ts"
import * as Spawned from "../Spawned.ts"
import type { Where } from "./Household.ts"
import * as Runs from "./Runs.ts"
import * as Sample from "./Sample.ts"
import * as SetUps from "./SetUps.ts"

const levers = SetUps.all.map(({ name, what }, index) => `(${index + 1}) ${name}: ${what}`).join("\n")

export const about = `Set-ups: the five simple and the five complex questions in five set-ups, one run at a time, turn and turn about, so that what drifts hits
all alike:
${levers}
Time: as whoever asks sees it, for (1) from spawning the process (one file, its code compiled before) to its end. Each run finds
nothing remembered, but for (5) what a warm-up and another question read. Services take the delays measured in a household, the model 350 ms to
the first token and 120 tokens a second, both in another process. The model is a script: in (4) it hands in plans for the two questions that it
asks for in rounds which need one another, faultlessly, which shows what a plan does to the schedule and nothing of whether a model would plan so.`

export const questions: ReadonlyArray<string> = [...Questions.simple, ...Questions.complex]

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Sample.Told))

/** Runs questions in the set-ups against one model and one household's services. */
export interface Bench {
  readonly run: (setUp: SetUps.SetUp, question: string, other: string) => Effect.Effect<Sample.Sample>
}

/** Where a process of a question is, and what it finds compiled. */
interface Program {
  readonly file: string
  readonly compileCache: string
}

export const program = Effect.gen(function* () {
  const made: Program = {
    file: yield* Bundle.make(new URL("once.ts", import.meta.url)),
    compileCache: yield* Bundle.folder("compiled")
  }
  return made
})

/** The connections of its set-ups end with the scope. */
export const make = Effect.fnUntraced(function* (
  { compileCache, file }: Program,
  where: Pick<Where, "environment">,
  model: SetUps.Model
) {
  const wires = new Map<SetUps.SetUp, Effect.Success<ReturnType<typeof connected>>>()
  for (const setUp of SetUps.all) wires.set(setUp, yield* connected(setUp, model))

  const spawned = Effect.fnUntraced(function* (question: string) {
    const { millis, stdout } = yield* Spawned.run({
      args: [file, question],
      env: {
        ...where.environment,
        OPENAI_BASE_URL: model.baseUrl,
        OPENAI_API_KEY: model.apiKey && Redacted.value(model.apiKey),
        OPENAI_MODEL: model.model
      },
      compileCache
    })
    return { millis, told: yield* Effect.orDie(decode(stdout)) }
  })

  const within = Effect.fnUntraced(function* (setUp: SetUps.SetUp, question: string, other: string) {
    const context = wires.get(setUp)
    if (context === undefined) return yield* Effect.die(new Error(`${setUp.name} has no wires.`))
    const ran = Effect.gen(function* () {
      const house = yield* Effect.orDie(Layer.build(SetUps.household(setUp, where)))
      if (setUp.remembers) {
        yield* Effect.provideContext(
          Effect.flatMap(WarmUp, ({ all }) => all),
          house
        )
        yield* Runs.ask(setUp.agent, house, other, "warm")
      }
      const told = yield* Sample.ask(setUp, house, question)
      return { millis: told.runMillis, told }
    })
    return yield* Effect.provideContext(Effect.scoped(ran), context)
  })

  const bench: Bench = {
    run: (setUp, question, other) =>
      Effect.map(setUp.isSpawned ? spawned(question) : within(setUp, question, other), ({ millis, told }) => ({
        ...told,
        millis,
        question,
        setUp
      }))
  }
  return bench
})

const connected = (setUp: SetUps.SetUp, model: SetUps.Model) => Layer.build(SetUps.wires(setUp, model))

/** Another question, and a simple one, which is soon answered. */
const otherThan = (question: string, round: number): string => {
  const others = Questions.simple.filter((other) => other !== question)
  return others[round % others.length] ?? ""
}

/** `runs` rounds of all questions in all set-ups. */
export const measured = Effect.fnUntraced(function* (bench: Bench, runs: number) {
  const samples: Array<Sample.Sample> = []
  for (let round = 0; round < runs; round++) {
    for (const [index, question] of rotated(questions, round).entries()) {
      for (const setUp of rotated(SetUps.all, round + index)) {
        samples.push(yield* bench.run(setUp, question, otherThan(question, round)))
      }
    }
  }
  return samples
})
