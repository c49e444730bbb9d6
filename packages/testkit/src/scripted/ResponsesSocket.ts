/**
 * ResponsesSocket: the Responses API over one WebSocket. Requests come as `response.create`, each in a lane that its
 * `stream_id` names; the events of its answer carry that name.
 *
 * What a lane said last is held as long as the socket is open, so that `previous_response_id` continues it though nothing is
 * stored.
 */
import * as Array from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import type * as Socket from "effect/socket/Socket"
import * as Stream from "effect/Stream"

import * as ApiBody from "./ApiBody.ts"
import * as ApiError from "./ApiError.ts"
import type { Conversation, Item } from "./Conversation.ts"
import type { Arrival, Exchange } from "./Exchange.ts"
import { paced } from "./Paced.ts"
import type { Requests } from "./Requests.ts"
import * as ResponsesReader from "./ResponsesReader.ts"
import * as ResponsesWire from "./ResponsesWire.ts"

/** A place in what a server says over its sockets; both count from 0. */
export interface Cut {
  readonly response: number
  readonly events: number
}

/** What the server does for each of its sockets. */
export interface Server {
  readonly requests: Requests
  readonly exchange: (
    arrival: Arrival,
    model: string,
    conversation: Conversation
  ) => Effect.Effect<Exchange, ApiError.ApiError>
  readonly stored: (id: string) => ReadonlyArray<Item> | undefined
  readonly store: (id: string, items: ReadonlyArray<Item>) => void
  readonly cut: Cut | undefined
}

/** The API's own limits, for one socket. */
const maxActive = 16
const maxNamed = 32

interface Lane {
  /** `undefined` for the lane of requests that name none. */
  readonly name: string | undefined
  /** One after the other. */
  readonly turn: Semaphore.Semaphore
  last: { readonly id: string; readonly items: ReadonlyArray<Item> } | undefined
}

const decodeText = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))
const isName = Schema.is(Schema.String.check(Schema.isPattern(/^[\w.-]{1,256}$/)))

/** Serves one socket until it closes; `end` ends its connection, without a word, once what was sent has left. */
export const make = (server: Server) => {
  const { requests } = server
  let responses = 0

  return Effect.fnUntraced(function* (socket: Socket.Socket, end: () => void) {
    const writer = yield* socket.writer
    const { pull } = yield* socket.reader
    const lanes = new Map<string | undefined, Lane>()
    const active = yield* Semaphore.make(maxActive)
    const fibers = yield* FiberSet.make()

    const laneOf = (body: unknown): Lane | ApiError.ApiError => {
      const name = ApiBody.raw(body, "stream_id")
      if (name !== undefined && !isName(name)) return ApiError.wrongStreamId
      const known = lanes.get(name)
      if (known !== undefined) return known
      const named = lanes.size - (lanes.has(undefined) ? 1 : 0)
      if (name !== undefined && named >= maxNamed) return ApiError.tooManyStreams
      const lane: Lane = { name, turn: Semaphore.makeUnsafe(1), last: undefined }
      lanes.set(name, lane)
      return lane
    }

    /** What the socket holds, or the server. */
    const known = (id: string) => {
      for (const { last } of lanes.values()) if (last?.id === id) return last.items
      return server.stored(id)
    }

    const send = (lane: Lane | undefined, events: Array.NonEmptyReadonlyArray<object>) =>
      writer.writeAll(
        Array.map(events, (event) =>
          JSON.stringify(lane?.name === undefined ? event : { ...event, stream_id: lane.name })
        )
      )

    const refuse = (index: number, lane: Lane | undefined, { body, status }: ApiError.ApiError) =>
      Effect.andThen(send(lane, [{ type: "error", status, ...body }]), requests.update(index, { outcome: "refused" }))

    const respond = Effect.fnUntraced(function* (index: number, lane: Lane, body: unknown) {
      const startMillis = yield* Clock.currentTimeMillis
      const request = yield* ResponsesReader.read(body, known)
      const answer = yield* server.exchange({ index, startMillis }, request.model, request.conversation)
      const id = ResponsesWire.responseId(answer)
      const response = responses++
      let left = server.cut?.response === response ? server.cut.events : Infinity
      const keep = () => {
        const items = [...request.items, ...ResponsesWire.outputItems(answer.spoken)]
        lane.last = { id, items }
        if (request.store) server.store(id, items)
      }
      const cutIfDue = Effect.suspend(() => {
        if (left > 0) return Effect.void
        end()
        return Effect.never
      })
      const write = (events: ReadonlyArray<ResponsesWire.Event>) => {
        const sent = events.slice(0, left)
        left -= sent.length
        return Effect.andThen(Array.isArrayNonEmpty(sent) ? send(lane, sent) : Effect.void, cutIfDue)
      }
      yield* cutIfDue
      yield* Stream.runForEachArray(paced(startMillis, ResponsesWire.events(answer, request, keep)), write)
      yield* requests.update(index, { outcome: "answered" })
    })

    const take = Effect.fnUntraced(function* (text: string) {
      const index = yield* requests.arrived("WS", "/v1/responses")
      const body = Option.getOrUndefined(decodeText(text))
      yield* requests.update(index, { body: body ?? text, bodyBytes: Buffer.byteLength(text) })
      if (body === undefined) return yield* refuse(index, undefined, ApiError.badJson)
      if (ApiBody.raw(body, "type") !== "response.create") return yield* refuse(index, undefined, ApiError.unknownEvent)
      const lane = laneOf(body)
      if (lane instanceof ApiError.ApiError) return yield* refuse(index, undefined, lane)
      const responded = respond(index, lane, body).pipe(
        Effect.catchTag("ApiError", (error) => {
          // A continuation that was refused is not held any longer.
          if (lane.last !== undefined && ApiBody.raw(body, "previous_response_id") === lane.last.id)
            lane.last = undefined
          return refuse(index, lane, error)
        }),
        active.withPermit,
        lane.turn.withPermit,
        Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : requests.update(index, { outcome: "abandoned" })))
      )
      yield* FiberSet.run(fibers, responded, { startImmediately: true })
    })

    return yield* Effect.forever(
      Effect.flatMap(pull, (frames) =>
        Effect.forEach(frames, (frame) => take(typeof frame === "string" ? frame : utf8.decode(frame)), {
          concurrency: 1,
          discard: true
        })
      )
    )
  }, Effect.scoped)
}

const utf8 = new TextDecoder()
