import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"

import * as Key from "../src/Key.ts"
import * as Read from "../src/Read.ts"

const Json = Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite, Schema.Array(Schema.String)]))

const read = (options: { name?: string; version?: number; identity?: string | Redacted.Redacted }) =>
  Read.make(options.name ?? "test/read", {
    version: options.version ?? 1,
    identity: options.identity ?? Read.everyone,
    argument: Schema.Struct({
      title: Schema.String,
      since: Schema.optionalKey(Schema.Date),
      page: Schema.Int.pipe(Schema.withConstructorDefault(Effect.succeed(1)))
    }),
    result: Schema.String,
    freshness: { fresh: "1 minute" },
    lookup: () => Effect.succeed("")
  })

describe("Key", () => {
  it.prop("is the same whatever the order of members, and short", [Json], ([value]) => {
    const reversed = Object.fromEntries(Object.entries(value).toReversed())
    assert.strictEqual(Key.make("", value), Key.make("", reversed))
    assert.strictEqual(Key.make("", value).length, 43)
  })

  it.prop("is another for another value", [Json, Json], ([a, b]) => {
    const isSame = JSON.stringify(sorted(a)).normalize("NFC") === JSON.stringify(sorted(b)).normalize("NFC")
    assert.strictEqual(Key.canonical(a) === Key.canonical(b), isSame)
  })

  it("is the same for arguments that mean the same", () => {
    const { key } = read({})
    const accented = "Am\u00e9lie"
    const same = [
      { title: accented },
      { title: accented.normalize("NFD") },
      { page: 1, title: accented },
      { title: accented, page: 1 }
    ]
    assert.strictEqual(new Set(same.map(key)).size, 1)
    assert.notStrictEqual(key({ title: accented, page: 2 }), key({ title: accented }))
    assert.notStrictEqual(key({ title: accented, since: new Date(0) }), key({ title: accented }))
  })

  it("is another for another read, version or identity", () => {
    const reads = [
      read({}),
      read({ name: "test/other" }),
      read({ version: 2 }),
      read({ identity: "ours" }),
      read({ identity: Redacted.make("theirs") })
    ]
    assert.strictEqual(new Set(reads.map(({ key }) => key({ title: "Heat" }))).size, 5)
    assert.strictEqual(
      read({ identity: Redacted.make("ours") }).key({ title: "Heat" }),
      read({ identity: "ours" }).key({ title: "Heat" })
    )
  })
})

const sorted = (value: Record<string, unknown>) =>
  Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
