/**
 * ServerLog: the runs of a server, each a line of the query log once it is over.
 *
 * No run waits for it: lines are written one after the other, beside the runs, and where more than `maxWaiting` wait the next are left
 * out. A log that cannot be written is said once.
 */
import * as RunObserver from "@callsheet/core/RunObserver"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"

import type { Choice } from "../Composition.ts"
import type { Settings } from "../Settings.ts"
import * as Keeping from "./Keeping.ts"
import * as RunTeller from "./RunTeller.ts"

const maxWaiting = 1000
/** At the end, what is not written yet has this long. */
const lastWait = "2 seconds"

export const layer = (settings: Settings, choice: Choice): Layer.Layer<never> =>
  RunObserver.layer(
    Effect.gen(function* () {
      const over = yield* Queue.dropping<RunTeller.Telling, Cause.Done>(maxWaiting)
      let isSaid = false
      const write = (told: RunTeller.Telling) =>
        Keeping.write(told, settings, choice, "serve").pipe(
          Effect.catch(({ message }) =>
            Effect.suspend(() => {
              if (isSaid) return Effect.void
              isSaid = true
              return Effect.logWarning(message)
            })
          )
        )
      const writing = yield* Stream.runForEach(Stream.fromQueue(over), write).pipe(
        Effect.provide(NodeFileSystem.layer),
        Effect.forkScoped
      )
      yield* Effect.addFinalizer(() =>
        Effect.andThen(Queue.end(over), Effect.timeoutOption(Fiber.await(writing), lastWait))
      )
      return (run) => {
        let told = RunTeller.begin(run, DateTime.nowUnsafe())
        return (event) => {
          told = RunTeller.add(told, event)
          if (told.stage === "over") Queue.offerUnsafe(over, told)
        }
      }
    })
  )
