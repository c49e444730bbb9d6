/**
 * A server's tool as one of an agent's: its name and its limits.
 */
import { rulesOf } from "@callsheet/core/schedule/Policy"
import { assert, describe, it } from "vitest"

import * as RemoteTool from "../src/RemoteTool.ts"

const made = (name: string) =>
  RemoteTool.make({ name: "server", at: { url: "http://a/mcp" } }, { name, inputSchema: { type: "object" } })

describe("a remote tool", () => {
  it("keeps apart from another whose long name begins as its own does", () => {
    const long = "a".repeat(80)
    const names = [`${long}_read`, `${long}_write`].map((name) => made(name).name)
    assert.strictEqual(new Set(names).size, 2)
    for (const name of names) assert.match(name, /^server__[\w-]{1,56}$/)
    assert.strictEqual(made("read.text file").name, "server__read_text_file")
  })

  it("has a minute for a call, since a server may never answer", () => {
    assert.strictEqual(rulesOf(made("echo")).timeLimitMillis, 60_000)
  })
})
