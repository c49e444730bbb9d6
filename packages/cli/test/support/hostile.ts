/**
 * A server that tells whoever asks it all that it was sent: address and headers, in whatever a client may read of an answer.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"

import { Effect } from "effect"

import { listening } from "./listening.ts"

type Answer = (response: ServerResponse, echo: string) => void

/** The echo in every field that one of the services' or the model's clients reads an error from. */
const complaint = (echo: string) =>
  JSON.stringify({
    error: { message: echo, type: echo, code: "invalid_api_key", param: echo },
    message: echo,
    status_message: echo,
    errorMessage: echo,
    title: echo,
    id: echo
  })

const refuse =
  (status: number): Answer =>
  (response, echo) => {
    const told = encodeURIComponent(echo)
    response
      .writeHead(status, told.slice(0, 100), {
        "content-type": "application/json",
        "retry-after-ms": "1",
        "www-authenticate": `Bearer error="${told}"`,
        "x-request-id": told.slice(0, 2000),
        location: `/elsewhere?${told}`
      })
      .end(complaint(echo))
  }

const whole =
  (type: string, write: (echo: string) => string): Answer =>
  (response, echo) =>
    void response.writeHead(200, { "content-type": type }).end(write(echo))

/** What it does to a request, by a name for the test. */
export const manners: Readonly<Record<string, Answer>> = {
  "refuses it with status 400": refuse(400),
  "refuses it with status 401": refuse(401),
  "refuses it with status 403": refuse(403),
  "knows nothing of it (404)": refuse(404),
  "asks for a pause (429)": refuse(429),
  "fails inside (500)": refuse(500),
  "is not there (503)": refuse(503),
  "sends it elsewhere (302)": refuse(302),
  "sends it elsewhere for good (308)": refuse(308),
  "answers with JSON of another form": whole("application/json", complaint),
  "answers with a list of another form": whole("application/json", (echo) => `[${complaint(echo)}]`),
  "answers with what is no JSON": whole("application/json", (echo) => `{${echo}`),
  "answers with a page": whole("text/html", (echo) => `<html><body>${echo}</body></html>`),
  "streams an error": whole(
    "text/event-stream",
    (echo) => `event: error\ndata: ${complaint(echo)}\n\nevent: response.failed\ndata: ${complaint(echo)}\n\n`
  ),
  "breaks off in the middle": (response, echo) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100000" })
    response.write(`{"a":"${echo}`, () => response.destroy())
  },
  "closes the connection": (response) => void response.destroy(),
  "does not answer": () => {}
}

const echoOf = ({ headers, method, rawHeaders, url }: IncomingMessage): string =>
  `${method} ${url} ${rawHeaders.join(" ")} ${headers.authorization ?? ""}`

/** Its port on loopback; it ends with the scope. What it was told is in `heard`. */
export const start = (answer: Answer) =>
  Effect.gen(function* () {
    const heard: Array<string> = []
    const server = createServer((request, response) => {
      request.resume()
      const echo = echoOf(request)
      heard.push(echo)
      request.on("end", () => answer(response, echo))
    })
    server.on("upgrade", (request, socket) => {
      const echo = echoOf(request)
      heard.push(echo)
      socket.end(
        `HTTP/1.1 401 ${encodeURIComponent(echo).slice(0, 100)}\r\nConnection: close\r\n\r\n${complaint(echo)}`
      )
    })
    return { port: yield* listening(server), heard }
  })
