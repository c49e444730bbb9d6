/**
 * A server whose model says what a script wants, as fast as is wanted. A script's pace: what the page does with it is what is looked at.
 */
import { join } from "node:path"

import * as Agent from "@callsheet/core/Agent"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import * as NodeServer from "@callsheet/server/NodeServer"
import { Runs } from "@callsheet/server/Runs"
import * as MemoryConversationStore from "@callsheet/server/store/MemoryConversationStore"
import * as MemoryRunStore from "@callsheet/server/store/MemoryRunStore"
import * as LongRun from "@callsheet/testkit/scripted/LongRun"
import type { Script } from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import { Context, Duration, Effect, Layer, Redacted } from "effect"
import { inject } from "vitest"

import * as WebFiles from "../../src/WebFiles.ts"

export interface Options {
  readonly script: Script
  readonly tokensPerSecond: number
  readonly token?: string
}

const agent = Agent.make({ name: "long", instructions: "Look.", toolkit: LongRun.toolkit })

const modelOf = ({ script, tokensPerSecond }: Options) =>
  LanguageModelStream.layer({ provider: "scripted", model: "script" }).pipe(
    Layer.provide(ScriptedModel.layer({ script, timing: { firstToken: Duration.millis(50), tokensPerSecond } }))
  )

/** Its address, until the scope is closed. */
export const served = (options: Options) =>
  Effect.map(
    Layer.build(
      NodeServer.layer({
        host: "127.0.0.1",
        port: 0,
        token: options.token === undefined ? undefined : Redacted.make(options.token)
      }).pipe(
        Layer.provide(WebFiles.layer(join(inject("built"), "web"))),
        Layer.provide(Runs.layer(agent)),
        Layer.provide([MemoryRunStore.layer(), MemoryConversationStore.layer(), modelOf(options), LongRun.handlers])
      )
    ),
    (services) => Context.get(services, NodeServer.Address).url
  )
