/**
 * The process of a question, as the earlier system had one: answers the question that it is given, by the services and the model
 * that the environment names, writes what it took as one line of JSON, and ends.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

import * as Sample from "./Sample.ts"
import * as SetUps from "./SetUps.ts"

const [question = ""] = process.argv.slice(2)
const { OPENAI_API_KEY: key, OPENAI_BASE_URL: baseUrl = "", OPENAI_MODEL: model } = process.env

const environment = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
)

const encode = Schema.encodeEffect(Schema.fromJsonString(Sample.Told))

const asked = Effect.gen(function* () {
  const house = yield* Layer.build(SetUps.household(SetUps.before, { environment }))
  const { told } = yield* Sample.ask(SetUps.before, house, question)
  const line = yield* encode(Sample.whole(told))
  yield* Effect.sync(() => process.stdout.write(`${line}\n`))
}).pipe(
  Effect.provide(
    SetUps.wires(SetUps.before, {
      baseUrl,
      ...(key === undefined ? {} : { apiKey: Redacted.make(key) }),
      ...(model === undefined ? {} : { model })
    })
  )
)

NodeRuntime.runMain(Effect.scoped(asked))
