/**
 * AskScreen: an answer for a person: the run drawn as it happens, then where its time went. Brings the terminal with it, so
 * that `ask --json` loads none of this.
 */
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as Queue from "effect/Queue"
import type * as Stream from "effect/Stream"

import type { Pending } from "./Approvals.ts"
import * as RunScreen from "./RunScreen.ts"
import { timeLine } from "./TimeLine.ts"

export const show = <E, R>(events: Stream.Stream<AgentEvent, E, R>, approvals: Queue.Dequeue<Pending> | undefined) =>
  RunScreen.show(events, approvals).pipe(
    Effect.tap((summary) => Console.log(`\n${timeLine(summary)}`)),
    Effect.provide(NodeTerminal.layer)
  )
