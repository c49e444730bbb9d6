/**
 * The model and the tools of the arena, in one process for all contestants.
 *
 * The OpenAI-protocol server speaks `Workloads`, both APIs, streaming and not, at two paces, by the base URL's first part:
 * `/fast/v1`, where the whole reply is handed to the socket at once, 16 events to an HTTP chunk, and `/real/v1`, with 350 ms
 * to the first token and 120 tokens a second. The tool backend answers `GET /fast/TOOL?input=JSON` at once and `/real/...`
 * after the tool's time. Both are plain `node:http` with bytes made beforehand, so that neither is what is measured.
 *
 * Which run a request belongs to is read from its question, a call's from its arguments. A request must hold the
 * results of all calls before it, each of its own run; else it is refused, and the run marked. The parent asks over
 * IPC (`Record`) what happened. Run by hand it prints its URLs.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http"

import * as Predicate from "effect/Predicate"

import * as Backend from "./Backend.ts"
import * as Frames from "./Frames.ts"
import { toolMillis } from "./Limit.ts"
import * as Place from "./Place.ts"
import * as Record from "./Record.ts"

// Sending

const sendJson = (response: ServerResponse, status: number, body: string | Buffer) => {
  const length = Buffer.byteLength(body)
  response.writeHead(status, { "content-type": "application/json", "content-length": length }).end(body)
}

const sendWhole = (response: ServerResponse, { whole }: Frames.Template, bytes: Buffer) => {
  let begin = 0
  for (const { end } of whole) {
    response.write(bytes.subarray(begin, end))
    begin = end
  }
  response.end()
}

/** Half a timer's grain: nothing is late or early by more where the process has time. */
const grainMillis = 0.5

/** Runs `act` once it is `due`, by `performance.now()`; at once where it is already. */
const at = (due: number, act: () => void): NodeJS.Timeout | undefined => {
  const left = due - performance.now()
  if (left > grainMillis) return setTimeout(act, Math.round(left))
  act()
  return undefined
}

/** Writes each piece at its time; all that are due, where it comes late. */
const sendPaced = (
  response: ServerResponse,
  { paced }: Frames.Template,
  bytes: Buffer,
  place: Place.Place,
  arrived: number
) => {
  let next = 0
  let begin = 0
  let timer: NodeJS.Timeout | undefined
  const step = () => {
    const now = performance.now()
    let end = begin
    for (
      let piece = paced[next];
      piece !== undefined && arrived + piece.atMillis - now <= grainMillis;
      piece = paced[++next]
    ) {
      end = piece.end
      for (const call of piece.ended)
        Record.argumentsEnded(place.run, place.script.replies[place.turn]?.calls[call], now)
    }
    if (end > begin) response.write(bytes.subarray(begin, end))
    begin = end
    const piece = paced[next]
    if (piece === undefined) response.end()
    else timer = at(arrived + piece.atMillis, step)
  }
  response.on("close", () => clearTimeout(timer))
  step()
}

// Serving

const readBody = (request: IncomingMessage, done: (text: string) => void) => {
  const pieces: Array<Buffer> = []
  request.on("data", (piece: Buffer) => pieces.push(piece))
  request.on("end", () => done(pieces.length === 1 ? String(pieces[0]) : Buffer.concat(pieces).toString()))
}

const eventStream = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" }

const reply = (response: ServerResponse, place: Place.Place, form: Frames.Form, isPaced: boolean, arrived: number) => {
  const template = Frames.template(form, place.script, place.turn)
  const bytes = Frames.bytesFor(template, place.run)
  if (form.includes("stream")) {
    response.writeHead(200, eventStream)
    if (isPaced) sendPaced(response, template, bytes, place, arrived)
    else sendWhole(response, template, bytes)
  } else if (isPaced) at(arrived + template.endMillis, () => sendJson(response, 200, bytes))
  else sendJson(response, 200, bytes)
}

const model: RequestListener = (request, response) => {
  const arrived = performance.now()
  const [, pace, , ...route] = (request.url ?? "").split("/")
  const path = route.join("/")
  readBody(request, (text) => {
    let held: Place.Held | undefined
    try {
      if (path !== "responses" && path !== "chat/completions") throw new Place.Refused(`Nothing at ${request.url}.`)
      const body: unknown = JSON.parse(text)
      const streams = Place.get(body, "stream") === true
      const usage = Place.get(Place.get(body, "stream_options"), "include_usage") === true ? "-usage" : ""
      held = path === "responses" ? Place.heldInResponses(body) : Place.heldInChat(body)
      const place = Place.placeOf(held, Place.get(body, "previous_response_id"))
      Record.request(place.run)
      const form = path === "responses" ? "responses" : "chat"
      const written = !streams ? form : form === "chat" ? (`chat-stream${usage}` as const) : "responses-stream"
      reply(response, place, written, pace === "real", arrived)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      Record.refused(Place.runOf(held?.user ?? ""), message)
      const problem = { message, type: "invalid_request_error", param: null, code: null }
      sendJson(response, 400, JSON.stringify({ error: problem }))
    }
  })
}

const isTool = (name: string): name is keyof typeof Backend.results => Object.hasOwn(Backend.results, name)

const inputMark = "?input="

const backend: RequestListener = (request, response) => {
  const arrived = performance.now()
  request.resume()
  const url = request.url ?? ""
  const query = url.indexOf(inputMark)
  const [, pace, name = ""] = url.slice(0, query).split("/")
  const text = decodeURIComponent(url.slice(query + inputMark.length))
  const run = /~(\d{6})/.exec(text)
  const input: unknown = JSON.parse(text)
  if (query < 0 || run === null || !isTool(name) || !Predicate.isObject(input)) {
    Record.refused(undefined, `No tool call of the arena: ${url}`)
    sendJson(response, 400, `"no tool call of the arena"`)
    return
  }
  Record.toolCall(Number(run[1]), name, text, arrived)
  const body = JSON.stringify(Backend.results[name]({ ...input }))
  if (pace === "real") at(arrived + toolMillis(name), () => sendJson(response, 200, body))
  else sendJson(response, 200, body)
}

const listen = (listener: RequestListener): Promise<string> =>
  new Promise((resolve) => {
    // Connections are kept for as long as the contestant keeps them, so that none meets a closing one.
    const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, noDelay: true }, listener)
    server.listen(0, "127.0.0.1", 4096, () => {
      const address = server.address()
      resolve(`http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`)
    })
  })

const [modelUrl, toolUrl] = await Promise.all([listen(model), listen(backend)])

if (process.send === undefined)
  console.log(JSON.stringify({ modelUrl: `${modelUrl}/fast/v1`, toolUrl: `${toolUrl}/fast` }))
else {
  process.on("disconnect", () => process.exit())
  process.on("message", (message) => process.send?.(Record.answer(message)))
  process.send({ modelUrl, toolUrl })
}
