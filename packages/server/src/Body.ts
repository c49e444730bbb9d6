/**
 * Body: what a request carries, read within its limits and by its Schema. What is wrong with it ends here, as a 4xx.
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Schema from "effect/Schema"

import * as Limits from "./Limits.ts"
import { Problem } from "./Problem.ts"

const utf8 = new TextDecoder("utf-8", { fatal: true })

const invalid = (detail: string) => new Problem({ kind: "invalid-body", detail })

const tooLarge = (bytes: number) => new Problem({ kind: "body-too-large", detail: `The body has over ${bytes} bytes.` })

/** How deep `json` nests, up to `limit` and one; brackets within texts do not count. The text need not be JSON. */
export const depth = (json: string, limit: number): number => {
  let deepest = 0
  let open = 0
  let isText = false
  for (let index = 0; index < json.length && deepest <= limit; index++) {
    const unit = json.charCodeAt(index)
    if (isText) {
      if (unit === 0x5c) index++
      else if (unit === 0x22) isText = false
    } else if (unit === 0x22) isText = true
    else if (unit === 0x5b || unit === 0x7b) deepest = Math.max(deepest, ++open)
    else if (unit === 0x5d || unit === 0x7d) open--
  }
  return deepest
}

const maxSentence = 300

/** What a Schema finds wrong, on one line, and no longer than a person reads. */
const sentence = ({ message }: { readonly message: string }): string => {
  const line = message.replaceAll(/\s+/g, " ").trim()
  return line.length > maxSentence ? `${line.slice(0, maxSentence)}...` : line
}

const unread = (bytes: number) => (error: HttpServerError.HttpServerError) =>
  error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
    ? tooLarge(bytes)
    : invalid("The body broke off.")

/** A decoder of JSON bodies into what `schema` says. Unknown keys are passed over. */
export const json = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
  const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(schema))
  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { bodyBytes, jsonDepth } = yield* Limits.Current
    const { headers } = request
    if (!/^application\/json\s*(?:;|$)/i.test(headers["content-type"] ?? "")) {
      return yield* new Problem({ kind: "wrong-type", detail: "Send the body as application/json." })
    }
    if (headers["content-encoding"] !== undefined && headers["content-encoding"] !== "identity") {
      return yield* new Problem({ kind: "wrong-type", detail: "Send the body without a Content-Encoding." })
    }
    if (Number(headers["content-length"] ?? 0) > bodyBytes) return yield* tooLarge(bodyBytes)
    const bytes = yield* request.arrayBuffer.pipe(
      Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(bodyBytes)),
      Effect.mapError(unread(bodyBytes))
    )
    const text = yield* Effect.try({ try: () => utf8.decode(bytes), catch: () => invalid("The body is not UTF-8.") })
    if (depth(text, jsonDepth) > jsonDepth) return yield* invalid(`The body nests deeper than ${jsonDepth} levels.`)
    return yield* Effect.mapError(decode(text), (error) => invalid(sentence(error)))
  })
}
