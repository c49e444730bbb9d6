/**
 * Frames: the bytes of the model's replies, made once for each reply and kept; a run's own digits are put in as they leave.
 *
 * The events are those that `ScriptedServer` writes, whose form the official SDK and others are known to accept.
 */
import * as ChatWire from "@callsheet/testkit/scripted/ChatWire"
import type { Exchange } from "@callsheet/testkit/scripted/Exchange"
import * as ResponsesWire from "@callsheet/testkit/scripted/ResponsesWire"
import { replyMillis, replyTokens, timeline } from "@callsheet/testkit/scripted/Timing"

import { timing } from "./Limit.ts"
import * as Tools from "./Tools.ts"
import { mark, type Script } from "./Workloads.ts"

/** Six characters that stand for a run's digits, and occur nowhere else. */
const digits = "`^|@<>"
const digitCodes = new Map(Array.from(digits, (digit, index) => [digit.charCodeAt(0), index] as const))

export interface Piece {
  /** In realistic mode, from the request. */
  readonly atMillis: number
  /** Where it ends in `Template.bytes`. */
  readonly end: number
  /** The calls whose last argument byte it holds. */
  readonly ended: ReadonlyArray<number>
}

export interface Template {
  readonly bytes: Buffer
  /** Offset and digit, by turns: at the one stands the other of a run's six digits. */
  readonly slots: ReadonlyArray<number>
  /** One for each millisecond at which something is written. */
  readonly paced: ReadonlyArray<Piece>
  /** One for each `eventsAtOnce` events. */
  readonly whole: ReadonlyArray<Piece>
  /** When all of it is there, in realistic mode. */
  readonly endMillis: number
}

/** In the mode without latency as many events come as one HTTP chunk, as they do from a fast server behind a proxy. */
const eventsAtOnce = 16

/** `call_`, the run's six digits, the turn, the call: as long as a real one. */
export const callId = (run: string, turn: number, call: number): string =>
  `call_${run}${String(turn).padStart(2, "0")}${String(call).padStart(3, "0")}`.padEnd(29, "Q")

export const turnOfCallId = (id: string): number => Number(id.slice(11, 13))

const indexes = new Map<string, number>()
const scriptsByIndex: Array<Script> = []

/** `resp_`, the script, the turn, the run: so that a request that continues a response says where it stands. */
const exchangeId = (script: Script, turn: number): string => {
  let index = indexes.get(script.key)
  if (index === undefined) {
    index = scriptsByIndex.push(script) - 1
    indexes.set(script.key, index)
  }
  return `${String(index).padStart(3, "0")}${String(turn).padStart(2, "0")}${digits}`.padEnd(24, "0")
}

export const readResponseId = (
  id: string
): { readonly script: Script; readonly turn: number; readonly run: number } | undefined => {
  const script = scriptsByIndex[Number(id.slice(5, 8))]
  return script === undefined ? undefined : { script, turn: Number(id.slice(8, 10)), run: Number(id.slice(10, 16)) }
}

const echo = {
  tools: Tools.tools.map((tool) => ({ type: "function", ...tool, strict: true })),
  tool_choice: "auto",
  parallel_tool_calls: true
}

const exchangeOf = (script: Script, turn: number): Exchange => {
  const reply = script.replies[turn] ?? { text: "The script has ended.", calls: [] }
  const marked = (text: string) => text.replaceAll(mark, `${mark[0]}${digits}`)
  return {
    id: exchangeId(script, turn),
    model: Tools.model,
    startMillis: 1_700_000_000_000,
    spoken: {
      text: reply.text,
      calls: reply.calls.map(({ input, name }, call) => ({
        id: callId(digits, turn, call),
        name,
        input: JSON.parse(marked(JSON.stringify(input))),
        inputText: marked(JSON.stringify(input))
      }))
    },
    timing,
    usage: { inputTokens: 600 + 100 * turn, cachedTokens: 0, outputTokens: replyTokens(reply) }
  }
}

/** Which form a reply is written in. */
export type Form = "responses" | "responses-stream" | "chat" | "chat-stream" | "chat-stream-usage"

const request = {
  model: Tools.model,
  stream: true,
  store: true,
  instructions: Tools.instructions,
  previousResponseId: null,
  conversation: { items: [], tools: [], toolChoice: "auto", toolsText: "" },
  items: [],
  echo
} as const

function* written(form: Form, exchange: Exchange): Generator<{ readonly atMillis: number; readonly value: string }> {
  const endMillis = replyMillis(exchange.spoken, exchange.timing)
  if (form === "responses") yield { atMillis: endMillis, value: JSON.stringify(ResponsesWire.body(exchange, request)) }
  else if (form === "chat") yield { atMillis: endMillis, value: JSON.stringify(ChatWire.body(exchange)) }
  else if (form === "responses-stream") yield* ResponsesWire.frames(exchange, request, () => {})
  else yield* ChatWire.frames(exchange, form === "chat-stream-usage")
}

const build = (form: Form, script: Script, turn: number): Template => {
  const exchange = exchangeOf(script, turn)
  const frames = [...written(form, exchange)]
  const endedAt = Map.groupBy(
    timeline(exchange.spoken, timing).flatMap((chunk) =>
      chunk._tag === "Arguments" && chunk.isLast ? [{ atMillis: chunk.atMillis, call: chunk.call }] : []
    ),
    ({ atMillis }) => atMillis
  )
  const bytes = Buffer.from(frames.map(({ value }) => value).join(""))
  const slots: Array<number> = []
  for (const [offset, code] of bytes.entries()) {
    const digit = digitCodes.get(code)
    if (digit !== undefined) slots.push(offset, digit)
  }
  const pieces = (joins: (index: number) => boolean): ReadonlyArray<Piece> => {
    const out: Array<Piece> = []
    let end = 0
    for (const [index, { atMillis, value }] of frames.entries()) {
      end += Buffer.byteLength(value)
      if (joins(index)) out.pop()
      out.push({ atMillis, end, ended: (endedAt.get(atMillis) ?? []).map(({ call }) => call) })
    }
    return out
  }
  return {
    bytes,
    slots,
    paced: pieces((index) => frames[index]?.atMillis === frames[index - 1]?.atMillis),
    whole: pieces((index) => index % eventsAtOnce > 0),
    endMillis: frames.at(-1)?.atMillis ?? 0
  }
}

const templates = new Map<Script, Map<string, Template>>()

export const template = (form: Form, script: Script, turn: number): Template => {
  let kept = templates.get(script)
  if (kept === undefined) templates.set(script, (kept = new Map()))
  const key = `${form}/${turn}`
  let made = kept.get(key)
  if (made === undefined) kept.set(key, (made = build(form, script, turn)))
  return made
}

/** The reply as run `run` is to get it. */
export const bytesFor = ({ bytes, slots }: Template, run: number): Buffer => {
  const out = Buffer.allocUnsafe(bytes.length)
  bytes.copy(out)
  const text = String(run).padStart(6, "0")
  for (let at = 0; at < slots.length; at += 2) out[slots[at] ?? 0] = text.charCodeAt(slots[at + 1] ?? 0)
  return out
}
