/**
 * ProfileScreen: a profile for a person, as wide as the terminal.
 */
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Terminal from "effect/Terminal"

import * as ProfileText from "./ProfileText.ts"
import type { Profiled } from "./Profiling.ts"

export const show = (profiled: Profiled) =>
  Effect.gen(function* () {
    const terminal = yield* Terminal.Terminal
    yield* Console.log(["", ...ProfileText.lines(profiled, yield* terminal.columns)].join("\n"))
  }).pipe(Effect.provide(NodeTerminal.layer))
