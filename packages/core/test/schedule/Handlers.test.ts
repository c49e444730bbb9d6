import * as Attempt from "@callsheet/core/schedule/Attempt"
import * as Handlers from "@callsheet/core/schedule/Handlers"
import * as Parameters from "@callsheet/core/schedule/Parameters"
import * as Pipeline from "@callsheet/core/schedule/Pipeline"
import * as Policy from "@callsheet/core/schedule/Policy"
import * as Shared from "@callsheet/core/schedule/Shared"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Option, Schema } from "effect"
import { AiError, Prompt, Tool, Toolkit } from "effect/ai"

import { settle } from "../fixtures.ts"

class Wrong extends Schema.TaggedError<Wrong>()("Wrong", { sentence: Schema.String }) {
  override get message(): string {
    return this.sentence
  }
}

class Passing extends Schema.TaggedError<Passing>()("Passing", {}) {
  readonly isRetryable = true
}

/** Provided where the handlers are made, and another where they are asked. */
class Shelf extends Context.Service<Shelf, string>()("@callsheet/core/test/Shelf") {}
class Caller extends Context.Service<Caller, string>()("@callsheet/core/test/Caller") {}

const parameters = Schema.Struct({
  how: Schema.String,
  count: Schema.Finite.pipe(Schema.withDecodingDefaultKey(Effect.succeed(2)))
})
const success = Schema.Struct({ value: Schema.String, at: Schema.DateFromString })

const settings = { parameters, success, failure: Schema.Union([Wrong, AiError.AiErrorReason]) }

const Returns = Tool.make("returns", { ...settings, failureMode: "return", dependencies: [Caller] })
const Fails = Tool.make("fails", { ...settings, failureMode: "error", dependencies: [Caller] })
const Shaped = Tool.make("shaped", {
  parameters,
  success: Schema.String,
  toModelOutput: (text) => [Prompt.textPart({ text: `shaped: ${text}` })]
})
const toolkit = Toolkit.make(Returns, Fails, Shaped)

const at = new Date(0)

const act = Effect.fnUntraced(function* (
  { count, how }: typeof parameters.Type,
  { preliminary }: { readonly preliminary: (result: { value: string; at: Date }) => Effect.Effect<void> }
) {
  switch (how) {
    case "wrong":
      return yield* new Wrong({ sentence: "It is wrong." })
    case "reason":
      return yield* new AiError.RateLimitError({})
    case "die":
      return yield* Effect.die(new Error("secret"))
    case "interrupt":
      return yield* Effect.interrupt
    case "unwritable":
      return { value: how, at: new Date(Number.NaN) }
    case "progress":
      for (let n = 0; n < count; n++) yield* preliminary({ value: `part ${n}`, at })
      return { value: how, at }
    case "unwritable progress":
      yield* preliminary({ value: how, at: new Date(Number.NaN) })
      return { value: how, at }
    default:
      return { value: `${how} ${count} of ${yield* Shelf} for ${yield* Caller}`, at }
  }
})

const handlers = Layer.unwrap(
  Effect.map(Shelf, (shelf) => {
    const provided = (parameters: Parameters<typeof act>[0], context: Parameters<typeof act>[1]) =>
      Effect.provideService(act(parameters, context), Shelf, shelf)
    return toolkit.toLayer({ returns: provided, fails: provided, shaped: ({ how }) => Effect.succeed(how) })
  })
).pipe(Layer.provide(Layer.succeed(Shelf, "the shelf")))

/** What a call of `name` comes to, with its progress: asked directly, and by Effect's `handle`. */
const both = Effect.fnUntraced(
  function* (name: string, input: unknown) {
    const direct = yield* Handlers.resolve(toolkit)
    assert.isDefined(direct.askOf?.(name))
    const run = Effect.fnUntraced(function* (handled: typeof direct) {
      const progress: Array<unknown> = []
      const tool = handled.tools[name]
      const read = tool === undefined ? Option.none() : yield* Parameters.read(tool, input)
      const request = { id: "call_0", name, input, parameters: read }
      const fiber = yield* Attempt.run(handled, request, Infinity, (part) => void progress.push(part)).pipe(
        Effect.updateContext((context: Context.Context<Caller>) =>
          Context.merge(handled.services ?? Context.empty(), context)
        ),
        Effect.forkChild
      )
      const exit = yield* Fiber.await(fiber)
      return { progress, outcome: Option.getOrUndefined(Exit.getSuccess(exit)) }
    })
    return [yield* run(direct), yield* run({ tools: direct.tools, handle: direct.handle })] as const
  },
  Effect.provideService(Caller, "the caller"),
  Effect.provide(handlers)
)

/** As far as anyone downstream sees it: `handle` also says where a failure came from. No outcome: it was interrupted. */
const seen = ({ outcome, progress }: Effect.Success<ReturnType<typeof both>>[number]) => ({
  progress,
  ok: outcome?.ok,
  text: outcome?.text,
  problem: outcome?.problem,
  value: outcome?.value,
  failure: String(outcome?.failure),
  encoded: outcome?.result?.encodedResult,
  isFailure: outcome?.result?.isFailure,
  modelOutput: outcome?.result?.modelOutput
})

describe("a handler that is asked directly", () => {
  const hows = ["well", "wrong", "reason", "die", "interrupt", "unwritable", "progress", "unwritable progress"]
  for (const name of ["returns", "fails"]) {
    for (const how of hows) {
      it.effect(`comes to the same as by Effect's handle: ${name}, ${how}`, () =>
        Effect.gen(function* () {
          const [direct, handled] = yield* both(name, { how })
          assert.deepStrictEqual(seen(direct), seen(handled))
        })
      )
    }
  }

  it.effect("sees the services of its layer and those of whoever asks", () =>
    Effect.gen(function* () {
      const [direct] = yield* both("returns", { how: "well", count: 3 })
      assert.strictEqual(
        direct.outcome?.text,
        JSON.stringify({ value: "well 3 of the shelf for the caller", at: at.toISOString() })
      )
    })
  )

  it.effect("shapes its result for the model as Effect's handle does", () =>
    Effect.gen(function* () {
      const [direct, handled] = yield* both("shaped", { how: "x" })
      assert.deepStrictEqual(seen(direct), seen(handled))
      assert.strictEqual(direct.outcome?.text, "shaped: x")
    })
  )

  it.effect("says as Effect's handle does that its arguments do not fit", () =>
    Effect.gen(function* () {
      const [direct, handled] = yield* both("returns", { how: 7 })
      assert.deepStrictEqual(seen(direct), seen(handled))
      assert.isFalse(seen(direct).ok ?? true)
    })
  )

  it.effect("is given the same arguments again at a repeat, whatever it did to them", () =>
    Effect.gen(function* () {
      const List = Tool.make("list", {
        parameters: Schema.Struct({ items: Schema.mutable(Schema.Array(Schema.Finite)) }),
        success: Schema.Array(Schema.Finite),
        failure: Passing,
        failureMode: "return"
      }).annotate(Tool.Readonly, true)
      const kit = Toolkit.make(List)
      let asked = 0
      const layer = kit.toLayer({
        list: ({ items }) =>
          Effect.suspend(() => {
            items.push(100)
            return ++asked < 3 ? Effect.fail(new Passing()) : Effect.succeed(items)
          })
      })
      const input = { items: [1] }
      const { text } = yield* Effect.gen(function* () {
        const parameters = yield* Parameters.read(List, input)
        const request = { id: "call_0", name: "list", input, parameters }
        const handled = yield* Handlers.resolve(kit)
        const shared = yield* Shared.make
        return yield* Pipeline.run(handled, request, Policy.rulesOf(List), shared, () => Infinity, {
          onProgress: () => {},
          onRepeat: () => {}
        })
      }).pipe(Effect.provide(layer), settle)
      assert.deepStrictEqual([text, asked], ["[1,100]", 3])
    })
  )
})
