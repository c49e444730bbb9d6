/**
 * RequestBody: the text of a wire's requests, in which nothing is written twice.
 *
 * ```text
 * {"model":...,"tools":[...],"messages":[   the head: kept by tool list
 * {...},{...},{...}                         the messages: kept by conversation, the new ones appended
 * ]}
 * ```
 *
 * Each request of a run extends the messages of the one before it. A conversation is known by its messages' identity,
 * since messages never change.
 */
import { Buffer } from "node:buffer"

import type { Body } from "./Exchange.ts"
import type { ModelWire, WireMessage, WireRequest, WireSettings } from "./ModelWire.ts"
import type { ToolDefinition } from "./ToolDefinition.ts"

/** How a body begins: all up to its messages. */
interface Opening extends Body {
  /** What it depends on besides the tools. */
  readonly options: string
}

/** The body of an earlier request, but for its end. */
interface Prefix extends Body {
  readonly opening: Opening
  readonly messages: ReadonlyArray<WireMessage>
}

/** Writes a request. `onOpened` is called once all up to its messages is there, the tools' definitions above all. */
export type Bodies = (request: WireRequest, onOpened?: () => void) => Body

/** The bodies of one model's requests. */
export const make = <State>(wire: ModelWire<State>, settings: WireSettings): Bodies => {
  const toolTexts = new WeakMap<ToolDefinition, string>()
  const openings = new WeakMap<ReadonlyArray<ToolDefinition>, Opening>()
  /** By the last message. */
  const prefixes = new WeakMap<WireMessage, Prefix>()

  const toolText = (tool: ToolDefinition): string => {
    const known = toolTexts.get(tool)
    if (known !== undefined) return known
    const text = JSON.stringify(wire.tool(tool))
    toolTexts.set(tool, text)
    return text
  }

  const openingOf = (request: WireRequest): Opening => {
    const options = JSON.stringify(wire.options(settings, request))
    const known = openings.get(request.tools)
    if (known?.options === options) return known
    const tools = request.tools.length === 0 ? "" : `"tools":[${request.tools.map(toolText).join(",")}],`
    const text = `${options.slice(0, -1)},${tools}"${wire.itemsKey}":[`
    const opening = { options, text, bytes: Buffer.byteLength(text) }
    openings.set(request.tools, opening)
    return opening
  }

  /** The longest part of `messages` that an earlier request has written. */
  const prefixOf = (opening: Opening, messages: ReadonlyArray<WireMessage>): Prefix => {
    for (let count = messages.length; count > 0; count--) {
      const last = messages[count - 1]
      const known = last === undefined ? undefined : prefixes.get(last)
      if (
        last !== undefined &&
        known?.opening === opening &&
        known.messages.length === count &&
        known.messages.every((message, index) => message === messages[index])
      ) {
        // The longer one takes its place.
        prefixes.delete(last)
        return known
      }
    }
    return { opening, messages: [], text: opening.text, bytes: opening.bytes }
  }

  return (request, onOpened) => {
    const { messages } = request
    const opening = openingOf(request)
    onOpened?.()
    const prefix = prefixOf(opening, messages)
    let { bytes, text } = prefix
    for (let at = prefix.messages.length; at < messages.length; at++) {
      const message = messages[at]
      for (const item of message === undefined ? [] : wire.items(settings, message)) {
        const piece = bytes === opening.bytes ? JSON.stringify(item) : `,${JSON.stringify(item)}`
        text += piece
        bytes += Buffer.byteLength(piece)
      }
    }
    const last = messages.at(-1)
    if (last !== undefined) prefixes.set(last, { opening, messages, text, bytes })
    return { text: `${text}]}`, bytes: bytes + 2 }
  }
}
