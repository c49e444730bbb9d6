/**
 * Household: the process of `server.ts` as the bench sees it.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

import * as Child from "../arena/Child.ts"

/** A household's services, as the environment names them, and the base URL of a model. */
const Where = Schema.Struct({ environment: Schema.Record(Schema.String, Schema.String), model: Schema.String })
export type Where = typeof Where.Type

/** From and until, in milliseconds since 1970. */
const Interval = Schema.Tuple([Schema.Finite, Schema.Finite])
export type Interval = typeof Interval.Type

/** `measured`: services and model take their time. `instant`: none. */
const Greeting = Schema.Struct({ measured: Where, instant: Where })

interface Told {
  readonly list: unknown
}

const isTold = (value: unknown): value is Told => Predicate.hasProperty(value, "list")

/** Ends with the scope. `delays` and `toolBytes` tell of what has come since they were last asked. */
export const start = Effect.gen(function* () {
  const child = yield* Child.start(new URL("server.ts", import.meta.url))
  const { instant, measured } = yield* Effect.orDie(Schema.decodeUnknownEffect(Greeting)(child.greeting))
  const ask = <A>(what: string, item: Schema.Codec<A>) =>
    child
      .ask({ ask: what }, isTold)
      .pipe(Effect.flatMap(({ list }) => Effect.orDie(Schema.decodeUnknownEffect(Schema.Array(item))(list))))
  return { measured, instant, delays: ask("delays", Interval), toolBytes: ask("tools", Schema.Finite) }
})
