/**
 * `callsheet serve` as a person runs it: a process, its address, and how it ends.
 */
import { createServer } from "node:net"
import { join } from "node:path"

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { assertFails, callsheet } from "./support/command.ts"
import { inFolder } from "./support/folder.ts"
import { start, stop } from "./support/served.ts"

const ask = (url: string, question: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/ask`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ question })
  })

const events = { accept: "text/event-stream" }

const Answer = Schema.decodeUnknownSync(Schema.Struct({ answer: Schema.String, runId: Schema.String }))
const OfRun = Schema.decodeUnknownSync(Schema.Struct({ runId: Schema.String }))
const Stands = Schema.decodeUnknownSync(Schema.Struct({ state: Schema.String, question: Schema.String }))

/** A model words the answer, which takes two seconds. */
const long = "Show me recent movies, and say why each is worth it"

describe("callsheet serve", () => {
  it("answers, tells of what it did, lets a run end after SIGTERM, and remembers its runs when it is started again", () =>
    inFolder(async (folder) => {
      const env = { CALLSHEET_STATE: `sqlite:${join(folder, "state.db")}` }
      const first = await start(env)
      const answer = Answer(await (await ask(first.url, "Search for Inception")).json())
      assert.include(answer.answer, "Inception (2010)")
      const profile = await fetch(`${first.url}/v1/runs/${answer.runId}/profile`)
      assert.strictEqual(OfRun(await profile.json()).runId, answer.runId)
      const metrics = await (await fetch(`${first.url}/metrics`)).text()
      assert.match(metrics, /^callsheet_runs_total\{.*callsheet_outcome="answered"\} 1$/m)
      assert.match(metrics, /^process_memory_usage_bytes /m)

      const running = await ask(first.url, long, events)
      const { status, stdout, stderr } = await stop(first)
      assert.deepStrictEqual([status, stderr], [0, ""])
      assert.match(stdout, /^Listening on http:\/\/127\.0\.0\.1:\d+, for programs of this machine/m)
      const text = await running.text()
      assert.match(text, /event: RunFinished\n/)

      const second = await start(env)
      const record = Stands(await (await fetch(`${second.url}/v1/runs/${answer.runId}`)).json())
      assert.deepStrictEqual([record.state, record.question], ["finished", "Search for Inception"])
      const again = await (await fetch(`${second.url}/v1/runs/${/run_\w+/.exec(text)?.[0]}/events`)).text()
      assert.strictEqual(
        again
          .split("\n")
          .filter((line) => line.startsWith("data:"))
          .join("\n"),
        text
          .split("\n")
          .filter((line) => line.startsWith("data:"))
          .join("\n")
      )
      assert.strictEqual((await stop(second)).status, 0)
    }))

  it("ends at once on a second signal", async () => {
    const server = await start()
    const running = await ask(server.url, long, events)
    server.child.kill("SIGINT")
    // It stops accepting: then the first signal has been taken.
    while ((await fetch(`${server.url}/readyz`).catch(() => undefined))?.ok === true);
    server.child.kill("SIGINT")
    assert.strictEqual((await server.ended).status, 130)
    await running.text().catch(() => "")
  })

  it("needs a token beyond this machine, and asks for it", async () => {
    assertFails(await callsheet(["serve", "--port", "0", "--host", "0.0.0.0"]), 2, /set CALLSHEET_TOKEN/)
    const token = "a-token-of-some-length"
    const server = await start({ CALLSHEET_TOKEN: token }, "--host", "0.0.0.0")
    assert.strictEqual((await ask(server.url.replace("0.0.0.0", "127.0.0.1"), "Search for Inception")).status, 401)
    const answered = await ask(server.url.replace("0.0.0.0", "127.0.0.1"), "Search for Inception", {
      authorization: `Bearer ${token}`
    })
    assert.strictEqual(answered.status, 200)
    const { stdout } = await stop(server)
    assert.include(stdout, "who asks needs the token")
    assert.notInclude(stdout, token)
  })

  it("says that its port is in use", async () => {
    const taken = createServer()
    const port = await new Promise<number>((listening) =>
      taken.listen(0, "127.0.0.1", () => {
        const address = taken.address()
        listening(typeof address === "object" && address !== null ? address.port : 0)
      })
    )
    assertFails(await callsheet(["serve", "--port", String(port)]), 1, /Port \d+ is in use/)
    taken.close()
  })
})
