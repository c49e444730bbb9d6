/**
 * floor: a loop by hand over `node:http` with keep-alive: what a run costs without an engine.
 *
 * No validation, no retry, no tracing, no types beyond what is read. A tool starts as soon as its arguments parse: in a
 * stream that is when their last byte is there. The conversation is kept as text to which each turn is added.
 */
import { Agent, type IncomingMessage, request } from "node:http"

import type { Contestant, Setting } from "../Contestant.ts"
import * as Tools from "../Tools.ts"

/** Which call a piece of arguments belongs to, and what is there of it. */
interface Call {
  readonly id: string
  readonly name: string
  text: string
  /** The result as the model reads it; `undefined` until the call has begun. */
  result: Promise<string> | undefined
}

interface Turn {
  text: string
  readonly calls: Map<number, Call>
}

type Start = (call: Call) => void

/** What is read of an output item, an event and a whole reply of Responses. */
interface Item {
  readonly type: string
  readonly call_id: string
  readonly name: string
  readonly arguments: string
  readonly content: ReadonlyArray<{ readonly text: string }>
}
interface ResponsesEvent {
  readonly delta: string
  readonly output_index: number
  readonly item: Item
}
interface Response {
  readonly output: ReadonlyArray<Item>
}

/** The same of Chat: a chunk has a delta, a whole reply a message. */
interface Said {
  readonly content?: string | null
  readonly tool_calls?: ReadonlyArray<{
    readonly index?: number
    readonly id: string
    readonly function: { readonly name: string; readonly arguments: string }
  }>
}
interface Completion {
  readonly choices: ReadonlyArray<{ readonly delta?: Said; readonly message?: Said }>
}

const begin: Record<Setting["api"], string> = {
  responses: `{"model":"${Tools.model}","store":false,"parallel_tool_calls":true,"tools":${JSON.stringify(
    Tools.tools.map((tool) => ({ type: "function", ...tool, strict: true }))
  )},"instructions":${JSON.stringify(Tools.instructions)},"input":[`,
  chat: `{"model":"${Tools.model}","parallel_tool_calls":true,"tools":${JSON.stringify(
    Tools.tools.map((tool) => ({ type: "function", function: { ...tool, strict: true } }))
  )},"messages":[{"role":"system","content":${JSON.stringify(Tools.instructions)}},`
}

const hearItem = (turn: Turn, item: Item, index: number, start: Start) => {
  if (item.type !== "function_call") return
  const call: Call = { id: item.call_id, name: item.name, text: item.arguments, result: undefined }
  turn.calls.set(index, call)
  start(call)
}

const hearSaid = (turn: Turn, said: Said | undefined, start: Start) => {
  if (said?.content) turn.text += said.content
  if (said?.tool_calls === undefined) return
  for (const [position, piece] of said.tool_calls.entries()) {
    const index = piece.index ?? position
    let call = turn.calls.get(index)
    if (call === undefined) {
      call = { id: piece.id, name: piece.function.name, text: "", result: undefined }
      turn.calls.set(index, call)
    }
    call.text += piece.function.arguments
    if (call.text.endsWith("}")) start(call)
  }
}

/** The data of the event that stands in `text` between `from` and `to`, as JSON. */
const dataOf = (text: string, from: number, to: number): string => text.slice(text.indexOf("data: ", from) + 6, to)

/** Hears that event: the answer's text, and calls, begun when they are whole. The others are known by name, and not read. */
const hear = {
  responses: (turn: Turn, text: string, from: number, to: number, start: Start) => {
    if (text.startsWith("event: response.output_text.delta\n", from)) {
      const event: ResponsesEvent = JSON.parse(dataOf(text, from, to))
      turn.text += event.delta
    } else if (text.startsWith("event: response.output_item.done\n", from)) {
      const event: ResponsesEvent = JSON.parse(dataOf(text, from, to))
      hearItem(turn, event.item, event.output_index, start)
    }
  },
  chat: (turn: Turn, text: string, from: number, to: number, start: Start) => {
    if (text.startsWith("data: [DONE]", from)) return
    const chunk: Completion = JSON.parse(dataOf(text, from, to))
    hearSaid(turn, chunk.choices[0]?.delta, start)
  }
}

/** A whole reply. */
const read = {
  responses: (turn: Turn, json: string, start: Start) => {
    const { output }: Response = JSON.parse(json)
    for (const [index, item] of output.entries()) {
      if (item.type === "message") turn.text += item.content[0]?.text ?? ""
      hearItem(turn, item, index, start)
    }
  },
  chat: (turn: Turn, json: string, start: Start) => {
    const { choices }: Completion = JSON.parse(json)
    hearSaid(turn, choices[0]?.message, start)
  }
}

/** What a turn adds to the conversation. */
const said = {
  responses: (calls: ReadonlyArray<Call>, results: ReadonlyArray<string>) =>
    [
      ...calls.map(
        ({ id, name, text }) =>
          `{"type":"function_call","call_id":"${id}","name":"${name}","arguments":${JSON.stringify(text)}}`
      ),
      ...calls.map(
        ({ id }, index) =>
          `{"type":"function_call_output","call_id":"${id}","output":${JSON.stringify(results[index])}}`
      )
    ].join(),
  chat: (calls: ReadonlyArray<Call>, results: ReadonlyArray<string>) =>
    `{"role":"assistant","content":null,"tool_calls":[${calls
      .map(
        ({ id, name, text }) =>
          `{"id":"${id}","type":"function","function":{"name":"${name}","arguments":${JSON.stringify(text)}}}`
      )
      .join()}]},${calls
      .map(({ id }, index) => `{"role":"tool","tool_call_id":"${id}","content":${JSON.stringify(results[index])}}`)
      .join()}`
}

const make = ({ api, baseUrl, streaming, toolUrl }: Setting) => {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 4096 })
  const { hostname, pathname, port } = new URL(`${baseUrl}/${api === "chat" ? "chat/completions" : api}`)
  const headers = { "content-type": "application/json", authorization: `Bearer ${Tools.apiKey}` }
  const end = `],"stream":${streaming}}`

  const start: Start = (call) => {
    let input: unknown
    try {
      input = JSON.parse(call.text)
    } catch {
      return
    }
    call.result ??= Tools.run(toolUrl, call.name, input).then((result) => JSON.stringify(result))
  }

  const listen = (response: IncomingMessage, resolve: (turn: Turn) => void, reject: (error: unknown) => void) => {
    const turn: Turn = { text: "", calls: new Map() }
    let rest = ""
    response.setEncoding("utf8")
    response.on("error", reject)
    response.on("data", (piece: string) => {
      const text = rest + piece
      let from = 0
      for (let to = streaming ? text.indexOf("\n\n") : -1; to >= 0; to = text.indexOf("\n\n", from)) {
        hear[api](turn, text, from, to, start)
        from = to + 2
      }
      rest = text.slice(from)
    })
    response.on("end", () => {
      if (response.statusCode !== 200) return reject(new Error(rest))
      if (!streaming) read[api](turn, rest, start)
      resolve(turn)
    })
  }

  const call = (body: string) =>
    new Promise<Turn>((resolve, reject) => {
      const length = Buffer.byteLength(body)
      const options = {
        agent,
        method: "POST",
        host: hostname,
        port,
        path: pathname,
        headers: { ...headers, "content-length": length }
      }
      request(options, (response) => listen(response, resolve, reject))
        .on("error", reject)
        .end(body)
    })

  const ask = async (question: string) => {
    let body = `${begin[api]}{"role":"user","content":${JSON.stringify(question)}}`
    for (;;) {
      const { calls, text } = await call(body + end)
      if (calls.size === 0) return text
      const made = [...calls.values()]
      const results = await Promise.all(made.map(({ result }) => result ?? ""))
      body += `,${said[api](made, results)}`
    }
  }

  return { ask, close: async () => agent.destroy() }
}

/** @public Loaded by the name of its file. */
export const contestant: Contestant = {
  name: "floor",
  packages: [],
  apis: ["responses", "chat"],
  hasTracing: false,
  hasPlans: false,
  make: async (setting) => make(setting)
}
