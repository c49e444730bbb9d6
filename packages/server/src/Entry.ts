/**
 * Entry: one event of a run as it is kept and sent: encoded once, for the store and for all who watch.
 */
import { Buffer } from "node:buffer"

import { AgentEvent } from "@callsheet/core/AgentEvent"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"

const Json = Schema.fromJsonString(AgentEvent)
const encode = Schema.encodeUnknownExit(Json)

export class Entry {
  readonly seq: number
  /** The event's name. */
  readonly tag: string
  /** The event as JSON, on one line. */
  readonly data: string
  /** The event itself, where it happened in this process and has not been read from a store. */
  readonly event: AgentEvent | undefined
  #frame: Uint8Array | undefined

  constructor(seq: number, tag: string, data: string, event?: AgentEvent) {
    this.seq = seq
    this.tag = tag
    this.data = data
    this.event = event
  }

  /** The event as server-sent events carry it, in UTF-8. */
  get frame(): Uint8Array {
    // From node's pool: to make an array buffer for each takes as long as all else that is done for an event.
    return (this.#frame ??= Buffer.from(`id: ${this.seq}\nevent: ${this.tag}\ndata: ${this.data}\n\n`))
  }
}

/** What a tool took or gave that JSON cannot spell is null, so that no event is missing. */
const spelled = (event: AgentEvent): AgentEvent => ({
  ...event,
  ...("input" in event ? { input: null } : {}),
  ...("progress" in event ? { progress: null } : {})
})

/** What there is a hundred of for each other event, without the way through the schema: the same text. */
const textDelta = ({ atMillis, delta, runId, seq, step }: Extract<AgentEvent, { _tag: "TextDelta" }>): string =>
  JSON.stringify({ _tag: "TextDelta", runId, seq, atMillis, step, delta })

export const of = (event: AgentEvent): Entry => {
  if (event._tag === "TextDelta") return new Entry(event.seq, event._tag, textDelta(event), event)
  const encoded = encode(event)
  const data = Exit.isSuccess(encoded) ? encoded.value : JSON.stringify(spelled(event))
  return new Entry(event.seq, event._tag, data, event)
}

/** Whether it is the last of its run. */
export const isLast = ({ tag }: { readonly tag: string }): boolean => tag === "RunFinished" || tag === "RunFailed"

/** The event of an entry that was read from a store. Fails where another version of this program wrote it. */
export const decode = Schema.decodeUnknownEffect(Json)
