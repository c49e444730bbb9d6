/**
 * `callsheet cache`, and what a remembered answer looks like from outside.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"

import { assertFails, callsheet } from "./support/command.ts"
import { standIns } from "./support/standIns.ts"

const folder = mkdtempSync(join(tmpdir(), "callsheet-"))
const standing = standIns()
let env: Readonly<Record<string, string>> = {}

beforeAll(() => {
  env = { ...standing(), CALLSHEET_CACHE: `sqlite:${join(folder, "cache.db")}` }
})
afterAll(() => rmSync(folder, { recursive: true }))

const stats = async () => JSON.parse((await callsheet(["cache", "stats", "--json"], { env })).stdout)

describe("callsheet cache", () => {
  it("reads ahead what the next command finds, and forgets it", async () => {
    assert.deepInclude(await stats(), { store: "sqlite", entries: 0 })
    const warmed = await callsheet(["cache", "warm"], { env })
    assert.strictEqual(warmed.status, 0, warmed.stderr)
    assert.match(warmed.stdout, /✓ the films of the library\n/)
    assert.isAtLeast((await stats()).entries, 7)

    const cleared = await callsheet(["cache", "clear"], { env })
    assert.match(cleared.stdout, /^the file .*cache\.db: \d+ values forgotten/)
    assert.deepInclude(await stats(), { entries: 0 })
  })

  it("says what could not be read ahead", async () => {
    const { status, stderr, stdout } = await callsheet(["cache", "warm"], {
      env: { ...env, TMDB_API_KEY: "wrong-key" }
    })
    assert.deepStrictEqual([status, stderr], [1, "2 of 8 could not be read: see the lines marked ✗.\n"], stdout)
    assert.notInclude(stdout, "wrong-key")
  })

  it("fails in one sentence where nothing outlives a process, or it cannot be used", async () => {
    assertFails(await callsheet(["cache", "stats"]), 1, /CALLSHEET_CACHE is memory/)
    assertFails(await callsheet(["cache", "warm"], { env: { CALLSHEET_CACHE: "disk" } }), 1, /names no cache/)
    const redis = await callsheet(["cache", "clear"], {
      env: { ...env, CALLSHEET_CACHE: "redis://:s3cret@127.0.0.1:1" }
    })
    assert.strictEqual(redis.status, 1)
    assert.match(redis.stderr, /cannot be used: .*check that it runs/)
    assert.notInclude(redis.stdout + redis.stderr, "s3cret")
    for (const services of [{ PLEX_TOKEN: "x" }, { RADARR_BASE_URL: "http://127.0.0.1:1", RADARR_API_KEY: "x" }]) {
      const { CALLSHEET_CACHE } = env
      const warm = await callsheet(["cache", "warm"], { env: { ...services, CALLSHEET_CACHE: CALLSHEET_CACHE ?? "" } })
      assertFails(warm, 1, /PLEX_BASE_URL is not set|nothing to read ahead/)
    }
  })

  it("makes no file by looking for it", async () => {
    const CALLSHEET_CACHE = `sqlite:${join(folder, "mistyped", "cache.db")}`
    for (const args of [["cache", "clear"], ["doctor"]]) {
      const { stderr } = await callsheet(args, { env: { CALLSHEET_CACHE } })
      assert.notMatch(stderr, /mistyped/)
    }
    assert.isFalse(existsSync(join(folder, "mistyped")))
  })

  it("shows nothing of Redis's address but where it is", async () => {
    for (const url of ["redis://user:p@ss#w0rd@127.0.0.1:1", "redis://127.0.0.1:1?password=s3cret"]) {
      const { stderr, stdout } = await callsheet(["doctor"], { env: { CALLSHEET_CACHE: url } })
      assert.notMatch(stdout + stderr, /w0rd|s3cret/)
    }
  })
})

describe("callsheet ask", () => {
  /** No rule understands it: a model words the answer. */
  const unruly = "Show me recent movies, and say why each is worth it"

  it("answers from memory what another process was asked, and says so", async () => {
    const ask = async () => JSON.parse((await callsheet(["ask", unruly, "--json"], { env })).stdout)
    const first = await ask()
    const again = await ask()
    assert.deepStrictEqual([first.route, again.route], ["model", "memory"])
    assert.deepStrictEqual([again.answer, again.steps, again.modelCalls, again.toolCalls], [first.answer, 0, [], []])
    const { stdout } = await callsheet(["ask", unruly], { env })
    assert.match(stdout, /\n[\d.]+ m?s, from memory: nothing that this answer rests on is known to have changed\n$/)
  })
})
