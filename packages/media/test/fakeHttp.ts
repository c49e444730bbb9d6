/** An HttpClient that answers from a function, for what the demo services never do. */
import { Effect, Layer, Stream } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"

export interface Call {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly request: HttpClientRequest.HttpClientRequest
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Stream.Stream<Uint8Array, HttpClientError.HttpClientError>
}

const bytesOf = (text: string) => Stream.make(new TextEncoder().encode(text))

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: bytesOf(JSON.stringify(body))
})

export const html = (status = 200): Answer => ({
  status,
  headers: { "content-type": "text/html" },
  body: bytesOf("<html>")
})

/** Unlike a web `Response` its body is there at once, so that virtual time is all the time there is. */
const responseOf = (request: HttpClientRequest.HttpClientRequest, { body, headers, status }: Answer) => {
  const response: HttpClientResponse.HttpClientResponse = Object.create(
    HttpClientResponse.fromWeb(request, new Response(null, { status, headers })),
    { stream: { value: body } }
  )
  return response
}

/** How platforms fail a body whose connection breaks. */
export const lost = (request: HttpClientRequest.HttpClientRequest) =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.DecodeError({
      request,
      response: HttpClientResponse.fromWeb(request, new Response()),
      cause: new Error("terminated")
    })
  })

const bodyOf = (request: HttpClientRequest.HttpClientRequest): unknown =>
  request.body._tag === "Uint8Array" ? JSON.parse(new TextDecoder().decode(request.body.body)) : null

export type Answering = (call: Call) => Answer | Effect.Effect<Answer> | "refused"

/** Answers each call by `answer`; `calls` lists them, oldest first. */
export const make = (answer: Answering) => {
  const calls: Array<Call> = []
  const client = HttpClient.make((request, url) => {
    const call = { method: request.method, url, headers: request.headers, body: bodyOf(request), request }
    calls.push(call)
    const answered = answer(call)
    if (answered === "refused") {
      const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" })
      return Effect.fail(
        new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
      )
    }
    return Effect.map(Effect.isEffect(answered) ? answered : Effect.succeed(answered), (answer) =>
      responseOf(request, answer)
    )
  })
  return { calls, layer: Layer.succeed(HttpClient.HttpClient, client) }
}
