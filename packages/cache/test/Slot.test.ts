import { assert, describe, it } from "@effect/vitest"
import { Exit, Schema } from "effect"

import * as Entry from "../src/Entry.ts"
import * as Outcome from "../src/Outcome.ts"
import * as Slot from "../src/Slot.ts"

class Missing extends Schema.TaggedError<Missing>()("Missing", { id: Schema.Int }) {}
class Film extends Schema.Class<Film>("Film")({ title: Schema.String, seen: Schema.Option(Schema.Date) }) {}

const options = {
  result: Film,
  freshness: { fresh: "1 hour" },
  final: { schema: Missing, is: () => true, keep: "1 minute" }
} as const
const kind = Outcome.kind("test/film", options)
const mine = { kind, names: ["*", "=1", "#film"] }

const slot = (exit: Exit.Exit<Film, Missing>): Slot.Slot => ({
  outcome: kind.hold(exit),
  life: { askedMillis: 1, freshUntilMillis: 2, deadAtMillis: 3, costMillis: 4.5 },
  extra: ["#a\nb"],
  versions: ["v1", "v2"],
  refreshAfterMillis: 0
})

const roundTrip = (exit: Exit.Exit<Film, Missing>) => {
  const entry = Entry.decode(Slot.encode(mine, slot(exit)) ?? "")
  const read = entry && Slot.decode(mine, entry)
  assert.deepInclude(read, { life: slot(exit).life, extra: ["#a\nb"], versions: ["v1", "v2"] })
  return read && kind.open(read.outcome)
}

describe("Slot", () => {
  it.prop("comes back from its text as it was", [Film], ([film]) => {
    assert.deepStrictEqual(roundTrip(Exit.succeed(film)), Exit.succeed(film))
  })

  it("comes back as the failure it was", () => {
    assert.deepStrictEqual(roundTrip(Exit.fail(new Missing({ id: 7 }))), Exit.fail(new Missing({ id: 7 })))
  })

  it("is told apart by what JSON cannot spell", () => {
    const fingerprint = (result: Schema.Codec<unknown, unknown>) =>
      Outcome.kind("test/value", { ...options, result }).fingerprint()
    const prints = [
      Schema.BigInt,
      Schema.Literal(1n),
      Schema.BigInt.check(Schema.isGreaterThanBigInt(0n)),
      Schema.BigInt.check(Schema.isGreaterThanBigInt(1n)),
      Schema.String.check(Schema.isPattern(/a/)),
      Schema.String.check(Schema.isPattern(/b/))
    ].map(fingerprint)
    assert.strictEqual(new Set(prints).size, prints.length)
  })

  it("has no text where it is no final failure", () => {
    assert.isUndefined(Slot.encode(mine, slot(Exit.die("bug"))))
    const withoutFinal = Outcome.kind<Film, Missing>("test/film", { result: Film, freshness: { fresh: "1 hour" } })
    assert.isUndefined(withoutFinal.hold(Exit.fail(new Missing({ id: 7 }))).freshness)
  })

  it("is nothing in text that was cut short, is of other schemas, or not ours", () => {
    const text = Slot.encode(mine, slot(Exit.fail(new Missing({ id: 7 })))) ?? ""
    for (let length = 0; length < text.length; length++) {
      const entry = Entry.decode(text.slice(0, length))
      assert.isUndefined(entry && Slot.decode(mine, entry))
    }
    for (const other of ["", "\n", "{}\n{}", "[1,2]\n{}", "hello"]) assert.isUndefined(Entry.decode(other))
    const changed = Outcome.kind("test/film", {
      ...options,
      result: Schema.Struct({ ...Film.fields, year: Schema.Int })
    })
    const entry = Entry.decode(text)
    assert.isDefined(entry && Slot.decode(mine, entry))
    assert.isUndefined(entry && Slot.decode({ ...mine, kind: changed }, entry))
    // Nor where other code gives it other tags.
    assert.isUndefined(entry && Slot.decode({ ...mine, names: ["*", "=1", "#films"] }, entry))
    assert.isUndefined(changed.open(slot(Exit.die("bug")).outcome))
  })
})
