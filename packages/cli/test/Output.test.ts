import { Writable } from "node:stream"

import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import * as Runtime from "effect/Runtime"

import { ExitError } from "../src/ExitError.ts"
import { OutputClosed, watched } from "../src/Output.ts"

/** A stream each of whose writes fails with `code`, once it is due. */
const broken = (code: string) =>
  new Writable({
    autoDestroy: false,
    write: (_chunk, _encoding, done) => setImmediate(() => done(Object.assign(new Error(`write ${code}`), { code })))
  })

const print = (stream: Writable) => Effect.sync(() => stream.write("text", () => {}))

describe("Output", () => {
  it.effect("stops quietly, as SIGPIPE would, where nobody reads on", () =>
    Effect.gen(function* () {
      const stream = broken("EPIPE")
      let isStopped = false
      const program = Effect.andThen(print(stream), Effect.never).pipe(
        Effect.onInterrupt(() =>
          Effect.sync(() => {
            isStopped = true
          })
        )
      )
      const error = yield* Effect.flip(watched(stream)(program))
      assert.instanceOf(error, OutputClosed)
      assert.deepStrictEqual([error.message, Runtime.getErrorExitCode(error), isStopped], ["", 141, true])
    })
  )

  it.effect("fails with a sentence where the last thing written does not arrive", () =>
    Effect.gen(function* () {
      const stream = broken("ENOSPC")
      const error = yield* Effect.flip(watched(stream)(print(stream)))
      assert.instanceOf(error, ExitError)
      assert.match(error.message, /^The output cannot be written \(ENOSPC\).*\.$/)
    })
  )

  it.effect("says that the output failed, not what failed for it", () =>
    Effect.gen(function* () {
      const stream = broken("EPIPE")
      const error = yield* Effect.flip(watched(stream)(Effect.andThen(print(stream), Effect.fail("later"))))
      assert.instanceOf(error, OutputClosed)
    })
  )

  it.effect("leaves a program alone whose output arrives", () =>
    Effect.gen(function* () {
      const stream = new Writable({ write: (_chunk, _encoding, done) => done() })
      assert.strictEqual(yield* watched(stream)(Effect.succeed(1)), 1)
      assert.deepStrictEqual(yield* Effect.exit(watched(stream)(Effect.fail("no"))), Exit.fail("no"))
    })
  )
})
