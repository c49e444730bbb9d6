/**
 * A server whose every run is long: calls side by side, then much text, as fast as is wanted. A script's pace: what the page does with it
 * is what is looked at.
 */
import { join } from "node:path"

import * as Agent from "@callsheet/core/Agent"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import * as NodeServer from "@callsheet/server/NodeServer"
import { Runs } from "@callsheet/server/Runs"
import * as MemoryConversationStore from "@callsheet/server/store/MemoryConversationStore"
import * as MemoryRunStore from "@callsheet/server/store/MemoryRunStore"
import { WebApp } from "@callsheet/server/WebApp"
import type { Script } from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { Context, Duration, Effect, Layer, Redacted, Schema } from "effect"
import { Tool, Toolkit } from "effect/ai"
import { inject } from "vitest"

export interface Length {
  readonly calls: number
  /** Each a token, and an event. */
  readonly words: number
  readonly tokensPerSecond: number
}

const tools = Toolkit.make(
  Tool.make("look", { parameters: Schema.Struct({ place: Schema.Number }), success: Schema.String }).annotate(
    Tool.Readonly,
    true
  )
)

const scriptOf =
  ({ calls, words }: Length): Script =>
  ({ messages }) =>
    messages.at(-1)?.role === "tool"
      ? {
          // Of four bytes each: a word is a token, and a token an event.
          text: Array.from({ length: words }, (_, index) => (index % 90 === 89 ? "so.\n\n" : "abc ")).join(""),
          calls: []
        }
      : { text: "", calls: Array.from({ length: calls }, (_, place) => ({ name: "look", input: { place } })) }

const handlers = tools.toLayer({
  look: ({ place }) => Effect.as(Effect.sleep(5 + ((place * 37) % 400)), `place ${place}`)
})

const modelOf = (length: Length) =>
  LanguageModelStream.layer({ provider: "scripted", model: "script" }).pipe(
    Layer.provide(
      ScriptedModel.layer({
        script: scriptOf(length),
        timing: { firstToken: Duration.millis(50), tokensPerSecond: length.tokensPerSecond }
      })
    )
  )

const agent = Agent.make({ name: "long", instructions: "Look.", toolkit: tools })

/** Its address, until the scope is closed. */
export const served = (length: Length, token?: string) =>
  Effect.map(
    Layer.build(
      NodeServer.layer({
        host: "127.0.0.1",
        port: 0,
        token: token === undefined ? undefined : Redacted.make(token)
      }).pipe(
        Layer.provide(
          WebApp.layer(join(inject("built"), "web")).pipe(Layer.provide([NodeFileSystem.layer, NodePath.layer]))
        ),
        Layer.provide(Runs.layer(agent)),
        Layer.provide([MemoryRunStore.layer(), MemoryConversationStore.layer(), modelOf(length), handlers])
      )
    ),
    (services) => Context.get(services, NodeServer.Address).url
  )
