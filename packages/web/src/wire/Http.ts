/**
 * Http: what the page asks of its server: JSON in and out, failures as sentences. The boundary to `fetch`.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"

import * as Session from "../session/Session.ts"

/** Why nothing came. `status` is 0 where the server could not be reached. */
export class RequestFailed extends Schema.TaggedError<RequestFailed>()("RequestFailed", {
  status: Schema.Finite,
  /** What the server calls it, as `unknown-run`; empty where it said nothing. */
  kind: Schema.String,
  /** In a sentence. */
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
  /** Whether the same may work a moment later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500
  }
}

const Problem = Schema.fromJsonString(Schema.Struct({ type: Schema.String, detail: Schema.String }))
const problemOf = Schema.decodeUnknownExit(Problem)

const unreachable = new RequestFailed({ status: 0, kind: "", detail: "The server does not answer." })

const failure = (status: number, text: string): RequestFailed => {
  const told = problemOf(text)
  return Exit.isSuccess(told)
    ? new RequestFailed({ status, kind: told.value.type.replace(/^.*:/, ""), detail: told.value.detail })
    : new RequestFailed({ status, kind: "", detail: `The server refused (status ${status}).` })
}

export interface Asked {
  readonly method?: "GET" | "POST" | "DELETE"
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** The response to a request, once its head is there and says that all is well. Who is interrupted has not asked. */
export const response = (path: string, { body, headers = {}, method = "GET" }: Asked = {}) =>
  Effect.tryPromise({
    try: (signal) =>
      fetch(path, {
        method,
        signal,
        headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      }),
    catch: () => unreachable
  }).pipe(
    Effect.filterOrElse(
      ({ ok }) => ok,
      (found) =>
        Effect.flatMap(
          Effect.orElseSucceed(
            Effect.tryPromise(() => found.text()),
            () => ""
          ),
          (text) => Effect.fail(failure(found.status, text))
        )
    ),
    Effect.tapError(({ status }) => Effect.sync(() => status === 401 && Session.close()))
  )

/** What a path gives, read by `schema`. */
export const get = <S extends Schema.Codec<unknown, unknown>>(path: string, schema: S) => send(path, schema, {})

/** What a path gives to a request, read by `schema`. */
const send = <S extends Schema.Codec<unknown, unknown>>(
  path: string,
  schema: S,
  asked: Asked
): Effect.Effect<S["Type"], RequestFailed> =>
  Effect.flatMap(response(path, { ...asked, headers: { accept: "application/json" } }), (found) =>
    Effect.tryPromise({ try: () => found.text(), catch: () => unreachable })
  ).pipe(
    Effect.flatMap((text) =>
      Effect.mapError(
        Schema.decodeEffect(Schema.fromJsonString(schema))(text),
        () =>
          new RequestFailed({
            status: 200,
            kind: "unreadable",
            detail: "The server's answer cannot be read: load this page again, it may be older than the server."
          })
      )
    )
  )

/** Of a request that gives nothing. */
export const tell = (path: string, asked: Asked): Effect.Effect<void, RequestFailed> =>
  Effect.asVoid(response(path, asked))
