/**
 * ResponseBody: the JSON of a service's answer, given up once it is longer than any true one.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/** The body is no JSON of bearable length. `what` goes on after "it": for one sentence about the answer. */
export class BrokenBody extends Data.TaggedError("BrokenBody")<{ readonly status: number; readonly what: string }> {}

/** Several times the names of everybody in a library of ten thousand films, the longest list we ask for. */
const maxBytes = 32 * 2 ** 20

const parse = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Unknown))

/** The value that the body spells. */
export const json = Effect.fnUntraced(function* (
  response: HttpClientResponse.HttpClientResponse
): Effect.fn.Return<unknown, HttpClientError.HttpClientError | BrokenBody> {
  const { status } = response
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ""
  yield* Stream.runForEachArray(response.stream, (chunks) => {
    for (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > maxBytes) return new BrokenBody({ status, what: "is longer than 32 MiB" })
      text += decoder.decode(chunk, { stream: true })
    }
    return Effect.void
  })
  text += decoder.decode()
  return yield* Effect.mapError(parse(text), () => new BrokenBody({ status, what: "is not JSON" }))
})
