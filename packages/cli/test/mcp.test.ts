/**
 * Tools of MCP servers in the command: configured, looked at by doctor, and silent where their server is gone.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"

import { assert, describe, it } from "@effect/vitest"

import { callsheet } from "./support/command.ts"
import { inFolder } from "./support/folder.ts"

const server = join(import.meta.dirname, "../../../node_modules/@modelcontextprotocol/server-filesystem/dist/index.js")

describe("CALLSHEET_MCP_SERVERS", () => {
  it("is a map in the file, whose servers doctor reaches and whose secrets nobody is told", () =>
    inFolder(async (folder) => {
      const secret = "a-very-secret-value"
      writeFileSync(
        join(folder, "callsheet.yaml"),
        `CALLSHEET_MCP_SERVERS:
  files: { command: "${process.execPath}", args: ["${server}", "${folder}"], trusted: true, env: { KEY: ${secret} } }
  gone: { url: "http://127.0.0.1:1/mcp", headers: { Authorization: Bearer ${secret} } }
`
      )
      const [doctor, ask] = await Promise.all([
        callsheet(["doctor"], { cwd: folder }),
        callsheet(["ask", "Search for Inception", "--json"], { cwd: folder })
      ])
      assert.match(doctor.stdout, /✓ the MCP server files \(1\d tools; trusted\)/)
      assert.match(doctor.stdout, /✗ The MCP server gone offers no tools/)
      assert.strictEqual(doctor.status, 1)
      // Nothing but the object stands on stdout.
      assert.include(JSON.parse(ask.stdout).answer, "Inception (2010)")
      assert.match(ask.stderr, /The server gone cannot be reached/)
      for (const { stderr, stdout } of [doctor, ask]) assert.notInclude(stdout + stderr, secret)
    }))

  it("is refused where it is no such map, without being repeated", async () => {
    const { status, stderr } = await callsheet(["ask", "Search for Inception"], {
      env: { CALLSHEET_MCP_SERVERS: '{"x":{"url":"secret-thing"}}' }
    })
    assert.strictEqual(status, 1)
    assert.match(stderr, /^CALLSHEET_MCP_SERVERS is not as it should be/)
    assert.notInclude(stderr, "secret-thing")
  })
})
