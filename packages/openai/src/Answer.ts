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
import type { Taken } from "./Sockets.ts"
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

/** What was counted of a request and its answer. */
interface Counts {
  readonly requestBytes: number
  readonly responseBytes: number
  readonly resends: number
}

/** The parts of one answer on their way to whoever asked, and how it ended. `retries` counts the attempts before this one. */
class Intake {
  readonly #target: OpenAiError.Target
  readonly #counts: Counts
  readonly #retries: number
  fault: OpenAiError.Failure | undefined
  isFinished = false

  constructor(target: OpenAiError.Target, counts: Counts, retries: number) {
    this.#target = target
    this.#counts = counts
    this.#retries = retries
  }

  /** Those of `wireParts` that are handed on; `undefined` for none. */
  take(wireParts: ReadonlyArray<WirePart>): Parts | undefined {
    const parts: Array<ModelPart> = []
    for (const part of wireParts) {
      if (part._tag === "Fault") {
        this.fault = OpenAiError.fromFault(this.#target, part)
      } else if (part._tag === "Finish") {
        this.isFinished = true
        const { requestBytes, resends, responseBytes } = this.#counts
        parts.push({ ...part, requestBytes, responseBytes, retries: this.#retries + resends })
      } else {
        parts.push(part)
      }
    }
    return Arr.isArrayNonEmpty(parts) ? parts : undefined
  }
}

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
  const intake = new Intake(target, exchange, retries)

  const take = (wireParts: ReadonlyArray<WirePart>): Effect.Effect<Parts, OpenAiError.Failure> => {
    const parts = intake.take(wireParts)
    if (parts !== undefined) return Effect.succeed(parts)
    // Not all bytes complete a part.
    return intake.fault === undefined ? next : Effect.fail(intake.fault)
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
    if (intake.fault !== undefined) return Effect.fail(intake.fault)
    if (!intake.isFinished) return next
    // The bytes nearly always end together with the answer.
    return Effect.andThen(exchange.isComplete ? over : Effect.timeoutOption(over, endTime), end)
  })
  const end: PartsPull = Effect.suspend(() => {
    close()
    return Cause.done()
  })

  return { next, pull }
}

/** Reads an answer whose events come one by one, as over a socket. Its last event is its end. */
export const fromEvents = <State>(
  wire: ModelWire<State>,
  { exchange, read, target }: Pick<Taken, "exchange" | "read" | "target">,
  { deltasOf, retries }: { readonly deltasOf: string | undefined; readonly retries: number }
) => {
  const reader = new WireReader(wire, deltasOf)
  const intake = new Intake(target, exchange, retries)
  const next: Effect.Effect<Parts, OpenAiError.Failure> = Effect.flatMap(read, (events) => {
    const parts = intake.take(reader.take(events))
    if (parts !== undefined) return Effect.succeed(parts)
    return intake.fault === undefined ? next : Effect.fail(intake.fault)
  })
  const pull: PartsPull = Effect.suspend((): PartsPull => {
    if (intake.fault !== undefined) return Effect.fail(intake.fault)
    return intake.isFinished ? Cause.done() : next
  })
  return { next, pull }
}

const readWhole = <State>(wire: ModelWire<State>, text: string): ReadonlyArray<WirePart> => {
  const body = Json.parse(text)
  return body._tag === "Success"
    ? wire.read(body.success)
    : [brokenPart("unreadable", `The server's answer is not valid JSON (${body.failure}).`)]
}
