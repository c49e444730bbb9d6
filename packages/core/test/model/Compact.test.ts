import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import * as Compact from "../../src/model/Compact.ts"
import * as Measured from "../../src/model/Measured.ts"
import { dice, type Dice, json, pick } from "../schedule/plans.ts"
import { fetchFrom, restore } from "./paging.ts"

const reference = "k3f9a2bc"

const compact = (value: unknown, limitBytes = 512): unknown => {
  const text = Compact.compact(JSON.stringify(value), { limitBytes, reference })
  assert.isAtMost(Buffer.byteLength(text), limitBytes)
  return JSON.parse(text)
}

const read = (value: unknown, number: number, from = 1, count = Infinity, limitBytes = 512) =>
  Result.merge(Compact.read(JSON.stringify(value), number, { from, count }, { limitBytes, reference }))

const films = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ title: `Film ${index + 1}`, year: 1900 + (index % 100), seen: false }))

/** A value that is mostly too large: lists of like rows, long texts in several scripts, and whatever JSON there is. */
const large = (roll: Dice, depth = 2): unknown => {
  const length = 1 + roll(5)
  const text = () => (pick(roll, ["abc ", 'quote " \\ \n\u0001', "é千🎬", "\ud800", "🎬"]) ?? "").repeat(roll(300))
  switch (roll(depth === 0 ? 3 : 8)) {
    case 0:
      return text()
    case 1:
      return json(roll)
    case 2:
      return roll(1_000_000) / 7
    case 3:
      return films(length * 12).map((film) => (roll(20) === 0 ? { ...film, note: text() } : film))
    case 4:
      return Array.from({ length }, () => large(roll, depth - 1))
    case 5:
      return Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`key ${index}`, roll(1000)]))
    case 6:
      return Object.fromEntries([
        [text(), large(roll, depth - 1)],
        ["__proto__", large(roll, depth - 1)]
      ])
    default: {
      const rest = { total: roll(1000), nextCursor: null, isWhole: true }
      return { ...rest, items: large(roll, depth - 1), more: large(roll, depth - 1) }
    }
  }
}

describe("any JSON value, at any limit", () => {
  it("is JSON within the limit, and reading every more to its end gives all of it", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const roll = dice(seed)
      const value = large(roll)
      const text = JSON.stringify(value)
      const cut = { limitBytes: Compact.leastBytes + roll(roll(2) === 0 ? 200 : 6000), reference }
      const within = (page: string) => assert.isAtMost(Buffer.byteLength(page), cut.limitBytes, `seed ${seed}`)
      const shown = Compact.compact(text, cut)
      within(shown)
      const count = pick(roll, [Infinity, 3 + roll(50)])
      const restored = restore(JSON.parse(shown), fetchFrom(text, cut, within, count))
      assert.deepStrictEqual(restored, JSON.parse(text), `seed ${seed}`)
      assert.strictEqual(Compact.compact(text, cut), shown)
    }
  })

  it("keeps all beside its one large list", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const roll = dice(seed)
      const rest = Object.fromEntries(
        Array.from({ length: roll(8) }, (_, index) => [
          `part ${index}`,
          pick(roll, [7, -1.5e-7, null, true, "é千🎬", "\n"])
        ])
      )
      const { items, ...shown } = Object(compact({ ...rest, items: films(50 + roll(500)) }, 512 + roll(1500)))
      assert.deepStrictEqual(shown, rest)
      assert.isAbove(items.rows.length, 0)
    }
  })

  it("is as it is where it fits, to the byte", () => {
    for (const value of [{ title: "é千🎬" }, films(3), "x".repeat(600), '"'.repeat(300)]) {
      const text = JSON.stringify(value)
      const limitBytes = Math.max(Compact.leastBytes, Buffer.byteLength(text))
      assert.strictEqual(Compact.compact(text, { limitBytes, reference }), text)
    }
    const text = JSON.stringify("é".repeat(300))
    assert.notStrictEqual(Compact.compact(text, { limitBytes: Buffer.byteLength(text) - 1, reference }), text)
  })
})

describe("what a model reads of a large value", () => {
  it("is the first rows of its largest list, in columns, how many there are and how to go on; the rest is kept", () => {
    const value = { total: 300, items: films(300), nextCursor: "abc", problem: "Radarr did not answer." }
    const shown = Object(compact(value))
    const { items, ...rest } = shown
    assert.deepStrictEqual(rest, { total: 300, nextCursor: "abc", problem: "Radarr did not answer." })
    const { rows, ...head } = items
    assert.deepStrictEqual(head, {
      fields: ["title", "year", "seen"],
      rowsInAll: 300,
      more: { reference: "k3f9a2bc.1", from: rows.length + 1 }
    })
    assert.deepStrictEqual(rows.slice(0, 2), [
      ["Film 1", 1900, false],
      ["Film 2", 1901, false]
    ])
    // All but what one row more would take.
    assert.isAbove(Buffer.byteLength(JSON.stringify(shown)), 512 - 26)
  })

  it("goes on where it was told to, and ends without more", () => {
    const value = { total: 300, items: films(300) }
    assert.deepStrictEqual(read(value, 1, 297), {
      fields: ["title", "year", "seen"],
      rows: [296, 297, 298, 299].map((index) => [`Film ${index + 1}`, 1900 + (index % 100), false]),
      rowsInAll: 300
    })
    assert.deepStrictEqual(read(value, 1, 10, 1), {
      fields: ["title", "year", "seen"],
      rows: [["Film 10", 1909, false]],
      rowsInAll: 300,
      more: { reference: "k3f9a2bc.1", from: 11 }
    })
  })

  it("says in a sentence that there is nothing there", () => {
    const value = { total: 300, items: films(300) }
    assert.strictEqual(read(value, 1, 301), "There is nothing from 301: it ends at 300.")
    for (const number of [99_999, -1, Number.NaN]) {
      assert.strictEqual(read(value, number), "That reference stands in no result: copy one as it is written.")
    }
  })

  it("names the fields that most rows have, and leaves other rows as they are", () => {
    const rows = [{ note: "x" }, ...films(100)]
    const shown = Object(compact(rows))
    assert.deepStrictEqual(shown.fields, ["title", "year", "seen"])
    assert.deepStrictEqual(shown.rows.slice(0, 2), [{ note: "x" }, ["Film 1", 1900, false]])
  })

  it("has no fields where rows are no objects or have little in common", () => {
    for (const rows of [
      Array.from({ length: 500 }, (_, index) => index),
      [...films(100), 7],
      Array.from({ length: 200 }, (_, index) => ({ [`key ${index}`]: index }))
    ]) {
      const shown = Object(compact(rows))
      assert.isUndefined(shown.fields)
      assert.deepStrictEqual(shown.rows[0], rows[0])
    }
  })

  it("is a long text up to where it was cut, never within a surrogate pair", () => {
    const shown = Object(compact({ title: "Alien", overview: `a${"🎬".repeat(400)}` }))
    assert.strictEqual(shown.title, "Alien")
    const { charactersInAll, more, text } = shown.overview
    assert.strictEqual(charactersInAll, 801)
    assert.match(text, /^a(🎬)+$/)
    assert.deepStrictEqual(more, { reference: "k3f9a2bc.1", from: text.length + 1 })
    // Asked for from within a pair, it begins with the whole of it.
    assert.match(Object(read({ overview: `a${"🎬".repeat(400)}` }, 1, 3, 2)).text, /^🎬/)
  })

  it("is the first row cut in turn where a row is larger than the limit", () => {
    const shown = Object(
      compact([
        { id: 1, text: "x".repeat(900) },
        { id: 2, text: "short" }
      ])
    )
    assert.deepStrictEqual([shown.rows.length, shown.rows[0].id, shown.rows[0].text.charactersInAll], [1, 1, 900])
    assert.deepStrictEqual(shown.more, { reference, from: 2 })
  })

  it("keeps small lists beside the large one, and cuts two where one does not make room", () => {
    const small = { genres: ["horror"], items: films(100) }
    assert.deepStrictEqual(Object(compact(small)).genres, ["horror"])
    const both = Object(compact({ owned: films(100), wanted: films(90) }))
    assert.isAbove(both.owned.rows.length, 2)
    assert.isAbove(both.wanted.rows.length, 2)
  })

  it("is entries where an object has more members than fit, and cut keys where these are huge", () => {
    const many = Object(compact(Object.fromEntries(films(200).map(({ title, year }) => [title, year]))))
    assert.deepStrictEqual([many.entries[0], many.entriesInAll], [["Film 1", 1900], 200])
    const huge = Object(compact({ ["k".repeat(3000)]: "v".repeat(3000) }))
    assert.deepStrictEqual(
      huge.entries[0].map(({ charactersInAll }: { charactersInAll: number }) => charactersInAll),
      [3000, 3000]
    )
  })

  it("is at last the JSON text of what is nested deeper than a model could follow", () => {
    let deep: unknown = "end".repeat(300)
    for (let depth = 0; depth < 500; depth++) deep = [deep]
    const text = JSON.stringify(deep)
    const cut = { limitBytes: 512, reference }
    assert.deepStrictEqual(
      restore(
        compact(deep),
        fetchFrom(text, cut, () => {})
      ),
      deep
    )
  })

  it("is the beginning of a text that is no JSON, or is JSON in a form of its own", () => {
    for (const text of [
      "A table:\n".repeat(100),
      JSON.stringify(films(100), null, 2),
      `[${"12345678901234567890,".repeat(60)}1]`
    ]) {
      const shown = JSON.parse(Compact.compact(text, { limitBytes: 512, reference }))
      assert.isTrue(text.startsWith(shown.text))
      assert.strictEqual(shown.charactersInAll, text.length)
    }
  })
})

describe("what is larger or deeper than can be taken apart", () => {
  it("is cut as a text, whatever it spells", () => {
    const rows = JSON.stringify(films(60_000))
    assert.isAbove(rows.length, Measured.maxUnits)
    const deep = (depth: number) => `${"[".repeat(depth)}"${'\\\\\\"]'.repeat(300)}"${"]".repeat(depth)}`
    for (const text of [rows, deep(1001), deep(30_000)]) {
      const shown = JSON.parse(Compact.compact(text, { limitBytes: 512, reference }))
      assert.isTrue(text.startsWith(shown.text))
      assert.strictEqual(shown.charactersInAll, text.length)
      const page = Result.getOrThrow(Compact.read(text, 0, { from: 7, count: 5 }, { limitBytes: 512, reference }))
      assert.strictEqual(Object(page).text, text.slice(6, 11))
    }
    // One level less, and it is a list.
    assert.strictEqual(JSON.parse(Compact.compact(deep(1000), { limitBytes: 512, reference })).rowsInAll, 1)
  })
})

describe("texts that are read page by page", () => {
  it("are taken apart once, as many as have room, and the last one always", () => {
    const measure = Measured.keeping(100)
    const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(40))
    const huge = "x".repeat(1000)
    const whole = [a, b].map((text = "") => measure(text))
    assert.deepStrictEqual([measure(a ?? "") === whole[0], measure(b ?? "") === whole[1]], [true, true])
    measure(a ?? "")
    // Now "b" was asked for longest ago.
    measure(c ?? "")
    assert.strictEqual(measure(a ?? ""), whole[0])
    assert.notStrictEqual(measure(b ?? ""), whole[1])
    assert.strictEqual(measure(huge), measure(huge))
    assert.notStrictEqual(measure(a ?? ""), whole[0])
  })
})
