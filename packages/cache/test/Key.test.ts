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
    assert.strictEqual(Key.make("", value, value), Key.make("", reversed, reversed))
    assert.strictEqual(Key.make("", value, value).length, 43)
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

  it("is another for a member of any name", () => {
    const named = (name: string) => Key.canonical(Object.fromEntries([[name, 1]]))
    const keys = ["a", "__proto__", "constructor", "toString", "0"].map(named)
    assert.strictEqual(new Set([...keys, Key.canonical({})]).size, keys.length + 1)
  })

  it("is another for what JSON spells alike", () => {
    const key = (argument: Schema.Codec<unknown, unknown>, input: unknown) =>
      Read.make("test/alike", {
        version: 1,
        identity: Read.everyone,
        argument,
        result: Schema.Int,
        freshness: { fresh: "1 minute" },
        lookup: () => Effect.succeed(1)
      }).key(input)
    // @effect-diagnostics-next-line schemaNumber:off
    const Any = Schema.Union([Schema.Number, Schema.BigInt, Schema.String, Schema.Null, Schema.Undefined])
    const values = [Number.NaN, "NaN", 1, 1n, "1", "1n", null, undefined]
    assert.strictEqual(new Set(values.map((value) => key(Any, value))).size, values.length)
    assert.strictEqual(new Set(values.map((value) => key(Schema.Array(Any), [value]))).size, values.length)
    const Member = Schema.Struct({ a: Schema.optional(Any) })
    assert.strictEqual(new Set(values.map((a) => key(Member, { a }))).size, values.length)
    assert.strictEqual(key(Member, { a: undefined }), key(Member, {}))
  })

  it("is the same for names in any form of Unicode, in any order", () => {
    assert.strictEqual(Key.canonical({ f: 1, "\u00e9": 2 }), Key.canonical({ "e\u0301": 2, f: 1 }))
    assert.strictEqual(Key.canonical({ "\u00e9": 1, "e\u0301": 2 }), Key.canonical({ "e\u0301": 2, "\u00e9": 1 }))
  })

  it("takes identities to the letter", () => {
    const keys = ["K", "\u212a", "\u00e9", "e\u0301"].map((identity) => read({ identity }).key({ title: "Heat" }))
    assert.strictEqual(new Set(keys).size, keys.length)
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
