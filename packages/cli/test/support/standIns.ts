/**
 * Demo services and a stand-in model for the commands that a file starts, which answer at once: for what is no matter of time,
 * nor of what a command starts itself where nothing is configured.
 */
import { instant } from "@callsheet/testkit/scripted/Timing"
import { afterAll, beforeAll } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"

import * as StandIns from "../../src/StandIns.ts"

/** The environment that points at them, from the first test of the file until its last. Their downloads are shared. */
export const standIns = (): (() => Readonly<Record<string, string>>) => {
  const scope = Scope.makeUnsafe()
  let env: Readonly<Record<string, string>> = {}
  beforeAll(async () => {
    const all = Effect.all([StandIns.services("none"), StandIns.model(instant)], { concurrency: 1 })
    const [services, model] = await Effect.runPromise(Effect.provideService(all, Scope.Scope, scope))
    env = { ...services, ...model }
  })
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return () => env
}
