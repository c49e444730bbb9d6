import { Agent, request } from "node:http"

import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"

import * as OpenAiError from "../src/openai/OpenAiError.ts"
import * as BadRequests from "./support/BadRequests.ts"
import * as Client from "./support/Client.ts"
import * as TestServer from "./support/TestServer.ts"

const token = "a-token-of-some-length"
const limits = { bodyBytes: 4096, questionBytes: 1024, addressBytes: 512, headerBytes: 4096 }
/** As OpenAI's clients read it. */
const openAiText = Schema.decodeUnknownExit(
  Schema.fromJsonString(
    Schema.Struct({
      error: Schema.Struct({
        message: Schema.NonEmptyString,
        type: Schema.NonEmptyString,
        param: Schema.NullOr(Schema.String),
        code: Schema.NullOr(Schema.String)
      })
    })
  )
)
const problemText = Schema.decodeUnknownExit(Schema.fromJsonString(Client.ProblemBody))

interface Answered {
  readonly status: number
  readonly type: string
  readonly text: string
}

const send = (port: number, agent: Agent, bad: BadRequests.BadRequest) =>
  Effect.callback<Answered>((resume) => {
    const { body, headers, method, path } = bad
    const hasBody = method !== "GET" && method !== "TRACE"
    const lengths = hasBody ? { "content-length": String(body.length) } : {}
    const sent = request({ host: "127.0.0.1", port, agent, method, path, headers: { ...headers, ...lengths } })
    sent.on("response", (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (chunk) => (text += chunk))
      response.on("end", () =>
        resume(Effect.succeed({ status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", text }))
      )
    })
    sent.on("error", (error) => resume(Effect.succeed({ status: 0, type: String(error), text: "" })))
    sent.end(hasBody ? body : undefined)
  })

describe("bad requests", () => {
  it.live("are answered with 4xx and a problem, all 10,000 of them", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start({ token: Redacted.make(token), limits })
      const authorization = `Bearer ${token}`
      const first = yield* Client.ask(url, "say 1", {}, { authorization })
      const { runId } = yield* Effect.flatMap(
        Client.json(first),
        Schema.decodeUnknownEffect(Schema.Struct({ runId: Schema.String }))
      )
      const { host, port } = new URL(url)
      const agent = new Agent({ keepAlive: true, maxSockets: 16 })
      const wrong: Array<unknown> = []
      const statuses = new Map<number, number>()
      yield* Effect.forEach(
        BadRequests.make(10_000, 7, { host, token, runId, limits }),
        (bad) =>
          Effect.map(send(Number(port), agent, bad), (answered) => {
            const { status, text, type } = answered
            statuses.set(status, (statuses.get(status) ?? 0) + 1)
            const isProblem =
              (type === "application/problem+json" && problemText(text)._tag === "Success") ||
              (OpenAiError.isSpoken(bad.path) && openAiText(text)._tag === "Success")
            if (status < 400 || status >= 500 || !isProblem) wrong.push({ ...bad, body: String(bad.body), answered })
          }),
        { concurrency: 16, discard: true }
      )
      agent.destroy()
      assert.deepStrictEqual(wrong.slice(0, 3), [])
      // Each way of being wrong was met.
      assert.includeMembers([...statuses.keys()], [400, 401, 403, 404, 405, 409, 413, 414, 415, 421, 431])
      assert.deepStrictEqual(runs.counts(), { running: 0, waiting: 0 })
      assert.strictEqual((yield* Client.ask(url, "say 1", {}, { authorization })).status, 200)
    })
  )
})
