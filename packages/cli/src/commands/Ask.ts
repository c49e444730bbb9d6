/**
 * `callsheet ask`: one question, streamed to the terminal or printed as one JSON object.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

import * as Asking from "../Asking.ts"
import { askJson } from "../AskJson.ts"
import type * as AskLine from "../AskLine.ts"

/** Loaded only where a profile is shown to a person. */
const screen = Effect.promise(() => import("../ProfileScreen.ts"))

export const ask = (options: AskLine.Options) =>
  Asking.ask(options, "ask", ({ profiled, summary }) => {
    if (options.json) return Console.log(askJson(summary, profiled?.profile))
    return profiled === undefined ? Effect.void : Effect.flatMap(screen, ({ show }) => show(profiled))
  })
