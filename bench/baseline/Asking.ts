/**
 * Asking: a question asked in a set-up, of one model and one household's services: here, or in a process that is spawned for it.
 */
import { WarmUp } from "@callsheet/media/WarmUp"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

import * as Bundle from "../Bundle.ts"
import * as Spawned from "../Spawned.ts"
import type { Where } from "./Household.ts"
import * as Runs from "./Runs.ts"
import * as Sample from "./Sample.ts"
import * as SetUps from "./SetUps.ts"

export interface Asking {
  /** What is remembered and warmed up was asked `other` before. */
  readonly ask: (setUp: SetUps.SetUp, question: string, other: string) => Effect.Effect<Sample.Sample>
}

/** The program of the process of a question, and what it finds compiled. */
interface Program {
  readonly file: string
  readonly compileCache: string
}

/** Goes with the scope. */
export const program = Effect.gen(function* () {
  const made: Program = {
    file: yield* Bundle.make(new URL("once.ts", import.meta.url)),
    compileCache: yield* Bundle.folder("compiled")
  }
  return made
})

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Sample.Told))

const connected = (setUp: SetUps.SetUp, model: SetUps.Model) => Layer.build(SetUps.wires(setUp, model))

/** The connections of its set-ups end with the scope. */
export const make = Effect.fnUntraced(function* (
  { compileCache, file }: Program,
  where: Pick<Where, "environment">,
  model: SetUps.Model
) {
  const wires = new Map<SetUps.SetUp, Effect.Success<ReturnType<typeof connected>>>()
  for (const setUp of SetUps.all) wires.set(setUp, yield* connected(setUp, model))

  const spawned = Effect.fnUntraced(function* (setUp: SetUps.SetUp, question: string) {
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
    const sample: Sample.Sample = { ...(yield* Effect.orDie(decode(stdout))), millis, question, setUp }
    return sample
  })

  const house = Effect.fnUntraced(function* (setUp: SetUps.SetUp, other: string) {
    const made = yield* Effect.orDie(Layer.build(SetUps.household(setUp, where)))
    if (setUp.remembers) {
      yield* Effect.provideContext(
        Effect.flatMap(WarmUp, ({ all }) => all),
        made
      )
      yield* Runs.ask(setUp.agent, made, other, "warm")
    }
    return made
  })

  const here = Effect.fnUntraced(function* (setUp: SetUps.SetUp, question: string, other: string) {
    const context = wires.get(setUp)
    if (context === undefined) return yield* Effect.die(new Error(`${setUp.name} has no wires.`))
    const asked = yield* house(setUp, other).pipe(
      Effect.flatMap((house) => Sample.ask(setUp, house, question)),
      Effect.scoped,
      Effect.provideContext(context)
    )
    const sample: Sample.Sample = { ...asked.told, asked, millis: asked.told.runMillis, question, setUp }
    return sample
  })

  const asking: Asking = {
    ask: (setUp, question, other) => (setUp.isSpawned ? spawned(setUp, question) : here(setUp, question, other))
  }
  return asking
})
