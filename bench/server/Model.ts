/**
 * Model: the model of the load bench, in the process that makes the load: it writes the same answer for every request, a word at its
 * time, and knows when it wrote each, so that who reads them by the same clock knows how long they were on their way.
 *
 * By hand over `node:http` with bytes made ahead: it shares a processor with what it measures.
 */
import { createServer, type ServerResponse } from "node:http"

import * as ResponsesWire from "@callsheet/testkit/scripted/ResponsesWire"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export const words = 150
const perSecond = 20

/** From the first word to the last. */
export const answerMillis = ((words - 1) * 1000) / perSecond

/** Four letters each, which are one token of the scripted wire; each says its place. */
const wordOf = (place: number): string => `${String(place).padStart(3, "0")} `
export const text = Array.from({ length: words }, (_, place) => wordOf(place)).join("")

const exchange = {
  id: "0".repeat(24),
  model: "gpt-4.1-nano",
  startMillis: 1_700_000_000_000,
  spoken: { text, calls: [] },
  timing: { firstToken: Duration.zero, tokensPerSecond: perSecond },
  usage: { inputTokens: 100, cachedTokens: 0, outputTokens: words }
}
const request = {
  model: exchange.model,
  stream: true,
  store: false,
  instructions: "Answer.",
  previousResponseId: null,
  conversation: { items: [], tools: [], toolChoice: "auto", toolsText: "" },
  items: [],
  echo: { tools: [], tool_choice: "auto", parallel_tool_calls: true }
} as const

interface Piece {
  readonly atMillis: number
  readonly bytes: Buffer
}

/** What is written at once: the first holds the answer's beginning, the last its end. One for each word. */
const pieces: ReadonlyArray<Piece> = [
  ...Map.groupBy(
    ResponsesWire.frames(exchange, request, () => {}),
    ({ atMillis }) => atMillis
  )
].map(([atMillis, frames]) => ({ atMillis, bytes: Buffer.from(frames.map(({ value }) => value).join("")) }))

export interface Model {
  readonly baseUrl: string
  /** When each word of the answer to `asker` was written, by `performance.now`. */
  readonly writtenMillis: (asker: string) => Float64Array
  /** Forgets who asked. */
  readonly forget: () => void
  /** Answers under way. */
  readonly open: () => number
}

/** Who asks, as the questions say it: `asker-17.` */
const askerOf = (body: string): string => /asker-\d+\./.exec(body)?.[0] ?? ""

/** Listens on loopback until the scope is closed. */
export const make = Effect.gen(function* () {
  const written = new Map<string, Float64Array>()
  const open = new Set<ServerResponse>()

  const answer = (response: ServerResponse, times: Float64Array) => {
    const beganMillis = performance.now()
    let next = 0
    let timer: NodeJS.Timeout | undefined
    open.add(response)
    response.on("close", () => {
      clearTimeout(timer)
      open.delete(response)
    })
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" })
    const write = () => {
      const nowMillis = performance.now() - beganMillis
      for (let piece = pieces[next]; piece !== undefined && piece.atMillis <= nowMillis; piece = pieces[next]) {
        times[next++] = performance.now()
        response.write(piece.bytes)
      }
      const piece = pieces[next]
      if (piece === undefined) response.end()
      else timer = setTimeout(write, piece.atMillis - nowMillis)
    }
    write()
  }

  const server = yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer({ keepAliveTimeout: 0, noDelay: true }, (request, response) => {
        let body = ""
        request.setEncoding("utf8")
        request.on("data", (piece: string) => (body += piece))
        request.on("end", () => {
          const times = new Float64Array(words).fill(Number.NaN)
          written.set(askerOf(body), times)
          answer(response, times)
        })
      })
      server.listen(0, "127.0.0.1", 4096, () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => void server.close().closeAllConnections())
  )
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const never = new Float64Array(words).fill(Number.NaN)
  const model: Model = {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    writtenMillis: (asker) => written.get(asker) ?? never,
    forget: () => written.clear(),
    open: () => open.size
  }
  return model
})
