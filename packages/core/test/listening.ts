/**
 * Listening: one run of an agent, what it added to its conversation, and what its model was asked.
 */
import type { Agent } from "@callsheet/core/Agent"
import type { AgentRequest } from "@callsheet/core/AgentRequest"
import type { Message } from "@callsheet/core/Message"
import * as Ledger from "@callsheet/core/model/Ledger"
import { type ModelRequest, ModelStream } from "@callsheet/core/model/ModelStream"
import * as Transcript from "@callsheet/core/model/Transcript"
import { Effect, Layer } from "effect"

import { agent, eventsOf } from "./fixtures.ts"

export type Asked = Omit<AgentRequest, "question">

/** The same model, and what it was asked. */
const listening = (requests: Array<ModelRequest>) =>
  Layer.effect(
    ModelStream,
    Effect.map(ModelStream, (model) => ({
      ...model,
      stream: (request: ModelRequest) => {
        requests.push(request)
        return model.stream(request)
      }
    }))
  )

type Handlers = ReturnType<typeof agent> extends Agent<infer R> ? R : never

/** The events of a run, what it added to its conversation, and what its model was asked. */
const runBy = Effect.fnUntraced(function* <R>(by: Agent<R>, question: string, more: Asked) {
  const requests: Array<ModelRequest> = []
  const ledger = Ledger.makeUnsafe()
  const request = { question, ...more }
  const events = yield* eventsOf(by.run(request)).pipe(
    Effect.provideService(Ledger.Current, ledger),
    Effect.provide(listening(requests))
  )
  return { events, requests, ledger, added: Transcript.added(ledger.transcript(), request) }
})

/** Of the agent of the fixtures, or of another. */
export function run(question: string, more?: Asked): ReturnType<typeof runBy<Handlers>>
export function run<R>(question: string, more: Asked, by: Agent<R>): ReturnType<typeof runBy<R>>
export function run(question: string, more: Asked = {}, by: Agent<Handlers> = agent()) {
  return runBy(by, question, more)
}

export const weather = {
  name: "weather",
  description: "The weather of a place",
  parameters: { type: "object", properties: { place: { type: "string" } } }
} as const

export const asksForWeather = { name: "weather", input: { place: "Oslo" } }

export const roles = (messages: ReadonlyArray<Message>) => messages.map(({ role }) => role)
