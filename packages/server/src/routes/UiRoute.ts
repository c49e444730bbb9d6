/**
 * UiRoute: the AI SDK's UI message stream, for `useChat` and its `DefaultChatTransport`: `POST /v1/ui` asks, or gives a person's words
 * for calls that wait; `GET /v1/ui/{id}/stream` finds the run of a chat again.
 *
 * **Details**
 *
 * Who leaves the stream of a question stops its run, since the client's `stop` is nothing else; with `stopWhenLeft: false` in the body
 * the run goes on, is found again, and is stopped by `DELETE /v1/runs/{id}`. A run that waits for approval waits without its client.
 * Client tools (`tools`, by name) and instructions (`system`) are taken from the body.
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import * as Body from "../Body.ts"
import * as Limits from "../Limits.ts"
import * as Methods from "../Methods.ts"
import { Problem } from "../Problem.ts"
import { Runs } from "../Runs.ts"
import * as Chats from "../ui/Chats.ts"
import * as UiChunk from "../ui/UiChunk.ts"
import * as UiMessages from "../ui/UiMessages.ts"
import * as UiRun from "../ui/UiRun.ts"
import * as Asked from "./Asked.ts"

const UiBody = Schema.Struct({
  /** Of the chat, chosen by the client. */
  id: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256)),
  messages: Schema.Array(UiMessages.UiMessage).check(Schema.isMinLength(1)),
  stopWhenLeft: Schema.optionalKey(Schema.Boolean),
  system: Schema.optionalKey(Schema.String),
  tools: Schema.optionalKey(Schema.Record(Schema.String, UiMessages.UiTool))
})
type UiBody = typeof UiBody.Type

const decode = Body.json(UiBody)

const mostChats = 10_000

const nothing = HttpServerResponse.empty({ status: 204, headers: { "cache-control": "no-store" } })

const make = Effect.sync(() => {
  const chats = Chats.make(mostChats)

  interface Wanted {
    readonly chatId: string
    readonly runId: string
    readonly messageId: string | undefined
    readonly answered?: UiMessages.Answered | undefined
    /** Told where the message ends of itself. */
    readonly onEnd?: () => void
  }

  /** The run's message, all of it or what comes after `answered`. */
  const message = Effect.fnUntraced(function* ({ answered, chatId, messageId, onEnd = () => {}, runId }: Wanted) {
    const runs = yield* Runs
    const batches = Option.getOrElse(yield* runs.watch(runId, -1), () => Stream.empty)
    chats.pause(chatId, runId, false)
    const bytes = UiRun.bytes({
      batches,
      messageId,
      answered,
      onEnd: (end) => {
        onEnd()
        if (end === "over") chats.end(chatId, runId)
        else chats.pause(chatId, runId, true)
      }
    })
    return HttpServerResponse.stream(bytes, {
      contentType: "text/event-stream; charset=utf-8",
      headers: UiChunk.headers
    })
  })

  /** The same, for whom the run is: it is stopped where they leave. */
  const messageFor = Effect.fnUntraced(function* (
    { id, messages, stopWhenLeft = true }: UiBody,
    runId: string,
    answered?: UiMessages.Answered
  ) {
    const runs = yield* Runs
    let hasEnded = false
    if (stopWhenLeft) {
      yield* Effect.addFinalizer(() => (hasEnded ? Effect.void : Effect.ignore(runs.stop(runId))))
    }
    const onEnd = () => {
      hasEnded = true
    }
    return yield* message({ chatId: id, runId, messageId: UiMessages.continued(messages), answered, onEnd })
  })

  const question = Effect.fnUntraced(function* (body: UiBody) {
    const runs = yield* Runs
    const { id, system, tools } = body
    const asked = UiMessages.asked(body.messages)
    if (Result.isFailure(asked)) return yield* new Problem({ kind: "invalid-body", detail: asked.failure })
    const request = {
      ...asked.success,
      ...(system === undefined ? {} : { instructions: system }),
      ...(tools === undefined ? {} : { clientTools: UiMessages.clientTools(tools) })
    }
    const question = yield* Asked.question(request)
    const before = chats.find(id)
    // Who asks something else instead of giving the word that a run waits for does not want it.
    if (before?.isPaused === true) yield* Effect.ignore(runs.stop(before.runId))
    const run = yield* runs.start({ ...request, question })
    chats.begin(id, run.runId, UiMessages.continued(body.messages))
    return yield* messageFor(body, run.runId)
  })

  const words = Effect.fnUntraced(function* (body: UiBody, answered: UiMessages.Answered) {
    const runs = yield* Runs
    const { pause, words } = answered
    // Which it may have been given elsewhere, or too late: the message tells what came of the call.
    for (const [callId, approved] of words) {
      yield* Effect.catchIf(
        runs.approve(pause.runId, callId, approved),
        ({ reason }) => reason._tag === "CallNotWaiting",
        () => Effect.void
      )
    }
    return yield* messageFor(body, pause.runId, answered)
  })

  const post = Effect.gen(function* () {
    const limits = yield* Limits.Current
    const body = yield* Effect.provideService(decode, Limits.Current, { ...limits, bodyBytes: limits.historyBytes })
    const answered = UiMessages.answered(body.messages)
    return yield* answered === undefined ? question(body) : words(body, answered)
  })

  const get = Effect.gen(function* () {
    const runs = yield* Runs
    const { id = "" } = yield* HttpRouter.params
    const chat = chats.find(id)
    if (chat === undefined) return nothing
    const { state } = yield* runs.find(chat.runId)
    if (state === "running") return yield* message({ ...chat, chatId: id })
    chats.end(id, chat.runId)
    return nothing
  })

  return Layer.mergeAll(Methods.layer("/v1/ui", { POST: post }), Methods.layer("/v1/ui/:id/stream", { GET: get }))
})

export const layer = Layer.unwrap(make)
