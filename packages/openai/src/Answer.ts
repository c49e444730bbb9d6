/**
 * Answer: the parts of one answer, as its bytes come.
 *
 * All that one read from the connection brings is one array. What was read before a fault comes before it.
 */
import type { ModelPart } from "@callsheet/core/model/ModelStream"
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"

import * as Json from "./Json.ts"
import { brokenPart, type ModelWire, type WirePart } from "./ModelWire.ts"
import * as OpenAiError from "./OpenAiError.ts"
import type { Pending } from "./Transport.ts"
import { WireReader } from "./WireReader.ts"

export type Parts = Arr.NonEmptyReadonlyArray<ModelPart>
export type PartsPull = Pull.Pull<Parts, OpenAiError.Failure>

/** How an answer is to be read. */
export type Mode = "events" | "whole"

/** The mode of an answer of `contentType`. Servers that ignore what was asked for still name what they send. */
export const modeOf = (contentType: string, streaming: boolean): Mode | undefined => {
  if (contentType === "text/event-stream") return "events"
  if (contentType === "application/json" || contentType.endsWith("+json")) return "whole"
  return contentType === "" ? (streaming ? "events" : "whole") : undefined
}

/** How long the end of the bytes may follow the end of the answer: a connection read to its end serves the next call. */
const endTime = Duration.millis(50)

/** How long the usage of an answer may follow its end. Some servers tell none, and leave the connection open. */
const usageTime = Duration.seconds(1)

/**
 * Reads the answer to `pending`: `next` gives the next parts, `pull` the same and, after the last, the end.
 *
 * `retries` counts the attempts before this one.
 */
export const make = <State>(
  wire: ModelWire<State>,
  { close, exchange, over, read, readText, target }: Pending,
  { deltasOf, mode, retries }: { readonly deltasOf: string | undefined; readonly mode: Mode; readonly retries: number }
) => {
  let fault: OpenAiError.Failure | undefined
  let isFinished = false

  const take = (wireParts: ReadonlyArray<WirePart>): Effect.Effect<Parts, OpenAiError.Failure> => {
    const parts: Array<ModelPart> = []
    for (const part of wireParts) {
      if (part._tag === "Fault") {
        fault = OpenAiError.fromFault(target, part)
      } else if (part._tag === "Finish") {
        isFinished = true
        const { requestBytes, responseBytes } = exchange
        parts.push({ ...part, requestBytes, responseBytes, retries: retries + exchange.resends })
      } else {
        parts.push(part)
      }
    }
    if (Arr.isArrayNonEmpty(parts)) return Effect.succeed(parts)
    // Not all bytes complete a part.
    return fault === undefined ? next : Effect.fail(fault)
  }

  const readEvents = () => {
    const reader = new WireReader(wire, deltasOf)
    const more = Effect.flatMap(read, (chunks) => take(chunks === undefined ? reader.end() : reader.push(chunks)))
    /** Reads on behind the answer. Whatever happens there takes nothing from it. */
    const last = (awaits: "usage" | "nothing") => {
      const readOn: Effect.Effect<ReadonlyArray<WirePart>, OpenAiError.Failure> = Effect.flatMap(read, (chunks) => {
        const parts = chunks === undefined ? reader.end() : reader.push(chunks)
        return parts.length > 0 || reader.awaits !== awaits ? Effect.succeed(parts) : readOn
      })
      const inTime = Effect.timeout(readOn, awaits === "usage" ? usageTime : endTime)
      return Effect.flatMap(
        Effect.orElseSucceed(inTime, () => reader.end()),
        take
      )
    }
    return Effect.suspend(() => {
      const { awaits } = reader
      return awaits === "answer" ? more : last(awaits)
    })
  }
  const next: Effect.Effect<Parts, OpenAiError.Failure> =
    mode === "events" ? readEvents() : Effect.flatMap(readText, (text) => take(readWhole(wire, text)))

  const pull: PartsPull = Effect.suspend((): PartsPull => {
    if (fault !== undefined) return Effect.fail(fault)
    if (!isFinished) return next
    // The bytes nearly always end together with the answer.
    return Effect.andThen(exchange.isComplete ? over : Effect.timeoutOption(over, endTime), end)
  })
  const end: PartsPull = Effect.suspend(() => {
    close()
    return Cause.done()
  })

  return { next, pull }
}

const readWhole = <State>(wire: ModelWire<State>, text: string): ReadonlyArray<WirePart> => {
  const body = Json.parse(text)
  return body._tag === "Success"
    ? wire.read(body.success)
    : [brokenPart("unreadable", `The server's answer is not valid JSON (${body.failure}).`)]
}
