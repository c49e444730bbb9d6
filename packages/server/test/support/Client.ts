/**
 * Client: what tests ask a server, by `fetch`.
 */
import { Effect, Schema } from "effect"

export const post = (url: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  Effect.promise((signal) =>
    fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
      signal
    })
  )

export const ask = (url: string, question: string, more: object = {}, headers: Record<string, string> = {}) =>
  post(url, "/v1/ask", { question, ...more }, headers)

export const get = (url: string, path: string, init: RequestInit = {}) =>
  Effect.promise((signal) => fetch(`${url}${path}`, { ...init, signal }))

export const json = (response: Response) => Effect.promise((): Promise<unknown> => response.json())
export const text = (response: Response) => Effect.promise(() => response.text())

export const ProblemBody = Schema.Struct({
  type: Schema.TemplateLiteral(["urn:callsheet:problem:", Schema.String]),
  title: Schema.NonEmptyString,
  status: Schema.Int,
  detail: Schema.NonEmptyString
})

/** The body of a problem, which it must be. */
export const problem = Effect.fnUntraced(function* (response: Response) {
  const body = yield* Effect.flatMap(json(response), Schema.decodeUnknownEffect(ProblemBody))
  if (body.status !== response.status) return yield* Effect.die(new Error("The status is another in the body."))
  return { ...body, kind: body.type.slice("urn:callsheet:problem:".length) }
})

export interface Frame {
  readonly id: string | undefined
  readonly event: string | undefined
  readonly data: string | undefined
}

/** The frames of a whole stream of events; comments are frames of nothing. */
export const frames = (text: string): ReadonlyArray<Frame> =>
  text
    .split("\n\n")
    .filter((frame) => frame !== "" && !frame.startsWith("retry:"))
    .map((frame) => {
      const field = (name: string) =>
        frame
          .split("\n")
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2)
      return { id: field("id"), event: field("event"), data: field("data") }
    })
