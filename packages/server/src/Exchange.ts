/**
 * Exchange: one run as it is kept for those that come after it: what was asked, what was answered, and its messages as the model reads
 * them. Pure.
 *
 * ```
 *   e1 <- e2 <- e3 <- e4          each names the one that it followed, so that one may be followed by several
 *          \ e5
 * ```
 *
 * **Details**
 *
 * A run that ended with calls of the client's tools leaves its last message `open`: it is kept apart, and whoever goes on keeps it with
 * the client's results. So no exchange ends between a call and its result.
 */
import type { Message } from "@callsheet/core/Message"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

export interface Exchange {
  readonly runId: string
  /** The run that it followed. */
  readonly parentId: string | null
  readonly conversationId: string | null
  readonly question: string
  /** Empty where there is none. */
  readonly answer: string
  /** An `EndReason`, or `failed`. */
  readonly reason: string
  /** When it ended, in milliseconds since 1970. */
  readonly atMillis: number
  /** Its messages, encoded. */
  readonly text: string
  /** What its messages take in a prompt, in bytes, about. */
  readonly promptBytes: number
  /** The client's calls that are open. */
  readonly openCalls: ReadonlyArray<string>
  /** A text that stands in for all messages up to and with this run's; null where none does. */
  readonly summary: string | null
}

export interface Messages {
  readonly closed: ReadonlyArray<Message>
  /** The last message of a run that waits for the client's results, with the results that there are. */
  readonly open: ReadonlyArray<Message>
}

const none: Messages = { closed: [], open: [] }

const Kept = Schema.Union([
  Schema.Struct({ role: Schema.Literal("system"), text: Schema.String }),
  Schema.Struct({
    role: Schema.Literal("user"),
    text: Schema.String,
    images: Schema.optionalKey(Schema.Array(Schema.String))
  }),
  Schema.Struct({
    role: Schema.Literal("assistant"),
    text: Schema.String,
    calls: Schema.Array(
      Schema.Struct({
        id: Schema.String,
        name: Schema.String,
        inputText: Schema.String,
        fault: Schema.optionalKey(Schema.String)
      })
    ),
    echo: Schema.Array(Schema.Unknown),
    responseId: Schema.optionalKey(Schema.String)
  }),
  Schema.Struct({
    role: Schema.Literal("tool"),
    callId: Schema.String,
    name: Schema.String,
    text: Schema.String,
    isFailure: Schema.Boolean
  })
])

const decodeText = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ closed: Schema.Array(Kept), open: Schema.Array(Kept) }))
)
const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** A call's arguments are kept as the model wrote them, and read again. */
const spell = (message: Message) =>
  message.role === "assistant"
    ? { ...message, calls: message.calls.map(({ fault, id, inputText, name }) => ({ id, name, inputText, fault })) }
    : message

const read = (kept: typeof Kept.Type): Message => {
  if (kept.role !== "assistant") return kept
  const calls = kept.calls.map(({ fault, ...call }) => ({
    ...call,
    input: fault === undefined ? Option.getOrUndefined(parse(call.inputText)) : undefined,
    fault
  }))
  return { ...kept, calls, responseId: kept.responseId }
}

export const encode = ({ closed, open }: Messages): string =>
  JSON.stringify({ closed: closed.map(spell), open: open.map(spell) })

/** No messages where another version of this program wrote what cannot be read. */
export const messagesOf = ({ text }: Pick<Exchange, "text">): Messages =>
  Option.match(decodeText(text), {
    onNone: () => none,
    onSome: ({ closed, open }) => ({ closed: closed.map(read), open: open.map(read) })
  })

/** What a picture is counted as, since a prompt's tokens do not grow with its bytes. */
const imageBytes = 1024

const sizeOf = (message: Message): number => {
  if (message.role !== "user") return JSON.stringify(spell(message)).length
  return JSON.stringify(message.text).length + (message.images?.length ?? 0) * imageBytes
}

/** What `messages` take in a prompt, about, in bytes. */
export const promptBytes = (messages: ReadonlyArray<Message>): number =>
  messages.reduce((sum, message) => sum + sizeOf(message), 0)

/** The messages of a run that is over: `isOpen` where it waits for the client's results. */
export const split = (messages: ReadonlyArray<Message>, isOpen: boolean): Messages => {
  const last = isOpen ? messages.findLastIndex(({ role }) => role === "assistant") : -1
  return last < 0 ? { closed: messages, open: [] } : { closed: messages.slice(0, last), open: messages.slice(last) }
}

const shown = (message: Message, textLength: number): Message => {
  if (message.role === "user" && message.images !== undefined && message.images.length > 0) {
    return { role: "user", text: `${message.text}${" [image]".repeat(message.images.length)}`.trim() }
  }
  return message.role === "tool" && message.text.length > textLength
    ? { ...message, text: JSON.stringify({ cut: message.text.slice(0, textLength) }) }
    : message
}

const cutText = (text: string, length: number) => (text.length > length ? `${text.slice(0, length)}...` : text)

/**
 * As much of `messages` as `limitBytes` of JSON hold: all of it; else without pictures, of which "[image]" is left; else with long results
 * cut; else only `question` and `answer`, cut.
 */
export const fit = (messages: Messages, limitBytes: number, question: string, answer: string): Messages => {
  for (const textLength of [undefined, Infinity, 4000, 400]) {
    const cut = (message: Message) => (textLength === undefined ? message : shown(message, textLength))
    const fitting = { closed: messages.closed.map(cut), open: messages.open.map(cut) }
    if (encode(fitting).length <= limitBytes) return fitting
  }
  const length = Math.floor(limitBytes / 16)
  const said: ReadonlyArray<Message> =
    answer === ""
      ? []
      : [{ role: "assistant", text: cutText(answer, length), calls: [], echo: [], responseId: undefined }]
  return { closed: [{ role: "user", text: cutText(question, length) }, ...said], open: [] }
}

/** The chain that ends with `runId`, the newest first, as far back as it is kept. */
export function* back(find: (runId: string) => Exchange | undefined, runId: string): Generator<Exchange> {
  const seen = new Set<string>()
  for (let at: string | null = runId; at !== null && !seen.has(at);) {
    seen.add(at)
    const exchange = find(at)
    if (exchange === undefined) return
    yield exchange
    at = exchange.parentId
  }
}

/** The same, the oldest first, from the latest with a summary on. */
export const chain = (find: (runId: string) => Exchange | undefined, runId: string): ReadonlyArray<Exchange> => {
  const found: Array<Exchange> = []
  for (const exchange of back(find, runId)) {
    found.unshift(exchange)
    if (exchange.summary !== null) break
  }
  return found
}
