import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"
import { Tool } from "effect/ai"

import * as Habit from "../../src/foresee/Habit.ts"
import * as HabitTable from "../../src/foresee/HabitTable.ts"
import * as QuestionShape from "../../src/foresee/QuestionShape.ts"

const hour = 3_600_000
const day = 24 * hour

const shapeOf = (question: string): QuestionShape.QuestionShape =>
  QuestionShape.of(question, undefined) ?? assert.fail("The question has no shape.")

const call = (
  name: string,
  parameters: HabitTable.MadeCall["parameters"],
  value: unknown = { ok: true }
): HabitTable.MadeCall => ({ name, parameters, ok: true, value })

const reading = (name: string, parameters: Schema.Struct.Fields, success: Schema.Codec<unknown> = Schema.Unknown) =>
  Tool.make(name, { parameters: Schema.Struct(parameters), success }).annotate(Tool.Readonly, true)

const Items = Schema.Struct({
  items: Schema.Array(Schema.Struct({ tmdbId: Schema.Finite, title: Schema.String, year: Schema.Finite }))
})
const Kind = Schema.Literals(["movie", "series"])

const tools: Record<string, Tool.Any> = {
  search: reading(
    "search",
    {
      query: Schema.String,
      limit: Schema.Finite,
      user: Schema.Finite,
      note: Schema.String,
      language: Schema.Literals(["en-US", "de-DE"]),
      labels: Schema.Record(Schema.String, Schema.Boolean),
      any: Schema.Unknown
    },
    Items
  ),
  details: reading("details", {
    tmdbId: Schema.Finite,
    kind: Kind,
    id: Schema.Finite,
    in: Schema.Literal("US"),
    tag: Schema.NullOr(Schema.Literal("abcd")),
    name: Schema.String
  }),
  people: reading("people", { name: Schema.String }, Schema.Struct({ id: Schema.Finite, name: Schema.String })),
  discover: reading("discover", {
    between: Schema.Struct({ from: Schema.Finite, to: Schema.Finite }),
    genres: Schema.Array(Schema.String),
    top: Schema.String,
    person: Schema.Finite,
    year: Schema.Finite
  }),
  count: reading("count", { kind: Kind }, Schema.Record(Schema.String, Schema.Finite)),
  genres: reading("genres", {}),
  add: Tool.make("add")
}
for (let index = 0; index < HabitTable.maxHabits + 50; index++) {
  const long = { ["a".repeat(40)]: Schema.Literal("x".repeat(20)), ["b".repeat(40)]: Schema.Boolean }
  tools[`read${index}`] = reading(`read${index}`, index < 7 ? {} : long)
}

const run = (question: string, steps: HabitTable.Steps): HabitTable.Run => ({
  shape: shapeOf(question),
  steps,
  tools,
  reason: "answered"
})

/** The table after these runs, at one time. */
const after = (runs: ReadonlyArray<HabitTable.Run>, table = HabitTable.empty, nowMillis = 0) =>
  runs.reduce((table, run) => HabitTable.learn(table, run, nowMillis), table)

const next = (table: HabitTable.HabitTable, question: string, steps: HabitTable.Steps = [], nowMillis = 0) =>
  HabitTable.predict(table, { shape: shapeOf(question), steps, tools }, nowMillis)

const calls = (...asked: Parameters<typeof next>) => next(...asked).map(({ call }) => call)

const found = (id: number, title: string) => ({
  total: 2,
  items: [
    { tmdbId: id, title, year: 1995 },
    { tmdbId: id + 1, title: `${title} Again`, year: 1999 }
  ]
})

const search = (id: number, title: string) => call("search", { query: title, limit: 5 }, found(id, title))

/** Who directed a title: it is looked for, then its details are read. */
const chain = (title: string, id: number) =>
  run(`who directed ${title}`, [[search(id, title)], [call("details", { tmdbId: id, kind: "movie" })]])

const learnedChain = after([chain("Heat", 949), chain("Ronin", 8195)])

const all = (table: HabitTable.HabitTable) => [...table.values()].flat()

const sortedIds = (table: HabitTable.HabitTable) =>
  all(table)
    .map(({ id }) => id)
    .sort()

describe("HabitTable", () => {
  it("foresees each call of a chain, with the new question's own values", () => {
    assert.deepStrictEqual(calls(learnedChain, "who directed Alien"), [
      { name: "search", parameters: { query: "Alien", limit: 5 } }
    ])
    assert.deepStrictEqual(calls(learnedChain, "who directed Alien", [[search(348, "Alien")]]), [
      { name: "details", parameters: { tmdbId: 348, kind: "movie" } }
    ])
  })

  it.prop(
    "foresees the right id for any title of the same shape",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 9_999_999 })),
      Schema.Literals(["Alien", "Blade Runner", "The Lord of the Rings"])
    ],
    ([id, title]) => {
      const [guess] = next(learnedChain, `who directed ${title}`, [[search(id, title)]])
      assert.deepStrictEqual(guess?.call.parameters, { tmdbId: id, kind: "movie" })
    }
  )

  it("foresees nothing to a question of another shape, after other calls, or that was seen once", () => {
    assert.deepStrictEqual(calls(learnedChain, "who wrote Alien"), [])
    assert.deepStrictEqual(calls(learnedChain, "who directed Alien", [[call("genres", {}, found(348, "Alien"))]]), [])
    assert.deepStrictEqual(calls(after([chain("Heat", 949)]), "who directed Alien"), [])
  })

  it("foresees no call that was made, that lacks what it is made of, or that no longer only reads", () => {
    const first = [search(348, "Alien")]
    const details = call("details", { tmdbId: 348, kind: "movie" })
    assert.deepStrictEqual(calls(learnedChain, "who directed Alien", [[details], first]), [])
    assert.deepStrictEqual(calls(learnedChain, "who directed Alien", [[call("search", {}, { items: [] })]]), [])
    assert.deepStrictEqual(calls(learnedChain, "who directed Alien", [[{ ...call("search", {}), ok: false }]]), [])
    const asked = { shape: shapeOf("who directed Alien"), steps: [], tools: { ...tools, search: Tool.make("search") } }
    assert.deepStrictEqual(HabitTable.predict(learnedChain, asked, 0), [])
  })

  it("learns no write, no call that failed, and nothing from a run that was not answered", () => {
    const wrong = run("who directed Heat", [[call("add", {}), { ...call("search", {}), ok: false }]])
    assert.deepStrictEqual(all(after([wrong, wrong])), [])
    const cut = { ...chain("Heat", 949), reason: "deadline" } as const
    assert.deepStrictEqual(all(after([cut, cut])), [])
  })

  it("learns no call with an argument that comes from nowhere", () => {
    const runs = ["Heat", "Ronin", "Alien"].map((title) =>
      run(`who directed ${title}`, [[call("search", { query: `${title}, a film of which little is known` })]])
    )
    assert.deepStrictEqual(all(after(runs)), [])
  })

  it("takes values apart and makes them again: nested, in lists, and as the question does not have them", () => {
    const asked = (decade: number, count: number, genre: string) =>
      run(`best ${count} "${genre}" films of the ${decade}s`, [
        [
          call("discover", {
            between: { from: decade, to: decade + 9 },
            genres: [genre.toLowerCase()],
            top: `${count}`
          })
        ]
      ])
    const table = after([asked(1980, 5, "Horror"), asked(1990, 7, "Crime")])
    assert.deepStrictEqual(calls(table, 'best 3 "War" films of the 1970s'), [
      { name: "discover", parameters: { between: { from: 1970, to: 1979 }, genres: ["war"], top: "3" } }
    ])
  })

  it("takes a list from the question whole, however long", () => {
    const asked = (genres: ReadonlyArray<string>) => ({
      ...run("?!x", [[call("discover", { genres })]]),
      shape:
        QuestionShape.of("", { intent: "titles", entities: [], filters: { genres }, writes: false }) ?? assert.fail()
    })
    const table = after([asked(["Horror"]), asked(["Horror", "Comedy"])])
    const { shape } = asked(["War", "Drama", "Crime"])
    const [guess] = HabitTable.predict(table, { shape, steps: [], tools }, 0)
    assert.deepStrictEqual(guess?.call.parameters, { genres: ["War", "Drama", "Crime"] })
  })

  const Year = Schema.Int.check(Schema.isBetween({ minimum: 1900, maximum: 2099 }))

  it.prop("unlearns a coincidence once a run contradicts it", [Year, Year], ([year, other]) => {
    const scott = (id: number) => call("people", { name: "Ridley Scott" }, { id, name: "Ridley Scott" })
    const asked = (year: number, id: number) =>
      run(`films of ${year} by Ridley Scott`, [[scott(id)], [call("discover", { person: id, year })]])
    const foreseen = (table: HabitTable.HabitTable) => calls(table, `films of ${other} by Ridley Scott`, [[scott(578)]])
    // The id of the person is the year of the question as well.
    const coincident = after([asked(year, year), asked(year, year)])
    assert.deepStrictEqual(foreseen(coincident), [{ name: "discover", parameters: { person: other, year: other } }])
    assert.deepStrictEqual(foreseen(after([asked(1982, 578), asked(2001, 578)], coincident)), [
      { name: "discover", parameters: { person: 578, year: other } }
    ])
  })

  it("does not take small numbers, short text or what stands everywhere in a result for its source", () => {
    const items = Array.from({ length: 4 }, (_, index) => ({ id: index + 1, kind: "movie", in: "US", tag: "abcd" }))
    const asked = (title: string) =>
      run(`who directed ${title}`, [
        [call("search", { query: title }, { items })],
        [call("details", { id: 3, in: "US", kind: "movie", tag: "abcd" })]
      ])
    const table = after([asked("Heat"), asked("Ronin")])
    // All are the same each time: nothing of it depends on what is found.
    assert.deepStrictEqual(calls(table, "who directed Alien", [[call("search", {}, { items: [] })]]), [
      { name: "details", parameters: { id: 3, in: "US", kind: "movie", tag: "abcd" } }
    ])
  })

  it("foresees what mostly follows, and no more than a few calls", () => {
    const plain = run("who directed Heat", [[search(949, "Heat")]])
    const guesses = next(after([plain, plain, plain], learnedChain), "who directed Alien", [[search(348, "Alien")]])
    assert.deepStrictEqual(guesses, [])
    const many = run("all of Heat", [Array.from({ length: 7 }, (_, index) => call(`read${index}`, {}))])
    assert.lengthOf(calls(after([many, many]), "all of Alien"), HabitTable.maxGuesses)
  })

  it("forgets with time and with runs that go another way", () => {
    assert.lengthOf(calls(learnedChain, "who directed Alien", [], day), 1)
    assert.lengthOf(calls(learnedChain, "who directed Alien", [], 60 * day), 0)
    const another = run("who directed Heat", [[call("details", { name: "Heat" })]])
    assert.deepStrictEqual(
      calls(
        after(
          Array.from({ length: 4 }, () => another),
          learnedChain
        ),
        "who directed Alien"
      ).map(({ name }) => name),
      ["details"]
    )
  })

  it("rests where guesses were of no use, tries again, and rests for longer where it was wrong again", () => {
    const guesses = (table: HabitTable.HabitTable, nowMillis: number) =>
      next(table, "who directed Alien", [], nowMillis)
    const [guess = assert.fail()] = guesses(learnedChain, 0)
    const judge = (table: HabitTable.HabitTable, verdicts: ReadonlyArray<boolean>, nowMillis: number) =>
      verdicts.reduce((table, wasRight) => HabitTable.judge(table, guess, wasRight, nowMillis), table)
    assert.lengthOf(guesses(judge(learnedChain, [false], 0), 0), 1)
    assert.lengthOf(guesses(judge(learnedChain, [true, true, true, false, false], 0), 0), 1)
    const resting = judge(learnedChain, [false, false], 0)
    assert.lengthOf(guesses(resting, hour - 1), 0)
    assert.lengthOf(guesses(resting, hour), 1)
    const longer = judge(resting, [false], hour)
    assert.lengthOf(guesses(longer, 3 * hour - 1), 0)
    assert.lengthOf(guesses(longer, 3 * hour), 1)
    assert.lengthOf(guesses(judge(longer, [true, false], 3 * hour), 4 * hour), 1)
    // A clock that was wrong lets nothing rest for ever.
    const ahead = after([chain("Heat", 949), chain("Ronin", 8195)], undefined, 1_000 * day)
    assert.lengthOf(guesses(judge(ahead, [false, false], 1_000 * day), 0), 1)
  })

  it("keeps what the tool lists and small numbers, but no free text, however often it was the same", () => {
    const asked = (parameters: HabitTable.MadeCall["parameters"]) =>
      run("notes on Heat by user 4711", [[call("search", parameters)]])
    const learned = (parameters: HabitTable.MadeCall["parameters"]) =>
      all(after([asked(parameters), asked(parameters)])).length
    for (const own of [{ language: "en-US" }, { limit: 5 }, { limit: -999 }, { query: "Heat" }, { user: 4711 }]) {
      assert.strictEqual(learned(own), 1, JSON.stringify(own))
    }
    for (const other of [{ query: "divorce" }, { user: 1000 }, { limit: 0.5 }, { language: "fr-FR" }, { any: "on" }]) {
      assert.strictEqual(learned(other), 0, JSON.stringify(other))
    }
    const counted = run('the 7 best of "EN-us"', [[call("search", { limit: 7, language: "en-US" })]])
    assert.deepStrictEqual(all(after([counted, counted])), [])
    const only = run("the 7 best", [[call("search", { limit: 7 })]])
    assert.notInclude(HabitTable.encode(after([only, only])), "constant")
  })

  it("keeps no name that the tool's Schemas do not have: keys there are data", () => {
    const labelled = run("has anna left", [[call("search", { labels: { divorce: true } })]])
    assert.deepStrictEqual(all(after([labelled, labelled])), [])
    const counted = (divorce: number) =>
      run("has anna left", [
        [call("count", { kind: "movie" }, { divorce })],
        [call("people", { name: "x" }, { divorce })],
        [call("details", { tmdbId: divorce })]
      ])
    const table = after([counted(4711), counted(4712)])
    assert.deepStrictEqual(
      all(table).map(({ tool }) => tool),
      ["count"]
    )
  })

  /** Of letters that no name and no listed value of the tools has. */
  const Word = Schema.String.check(Schema.isPattern(/^[jkqwz]{4,9}$/))
  const Said = Schema.Struct({
    words: Schema.Tuple([Word, Word, Word]),
    form: Schema.Literals(["lower", "name", "quoted", "code", "mail"]),
    argument: Schema.Literals(["query", "note", "any", "labels", "language"]),
    times: Schema.Literals([1, 2, 3])
  })
  const spoken = ({ form, words: [one, two, three] }: typeof Said.Type) =>
    ({
      lower: `${one} ${two} ${three}`,
      name: `${one} of ${two.charAt(0).toUpperCase()}${two.slice(1)} ${three}`,
      quoted: `${one} "${two}" ${three}`,
      code: `${one} ${two}17 ${three}`,
      mail: `${one} ${two}@${three}.com`
    })[form]
  /** All that it says but hashes. */
  const textOf = (table: HabitTable.HabitTable) =>
    JSON.stringify(JSON.parse(HabitTable.encode(table)), (key, value: unknown) =>
      (key === "id" || key === "context") && /^[\w-]{16,22}$/.test(String(value)) ? "" : value
    )

  it.prop("holds no four letters of a question, wherever the model puts what was said", [Said], ([said]) => {
    const question = spoken(said)
    const [, word, last] = said.words
    const values = [question, word, `${word} ${last}`, [word], { [word]: true }, { [word]: { [word]: question } }]
    const found = { items: [], [word]: question }
    const table = after(
      Array.from({ length: said.times }, () =>
        run(question, [
          values.map((value) => call("search", { [said.argument]: value }, found)),
          [call("count", { kind: "movie" }, { [word]: 4711, [question]: question })],
          [call("people", { name: question }), call("details", { tmdbId: 4711 })]
        ])
      )
    )
    const text = textOf(table)
    assert.include(text, "movie")
    assert.notMatch(text, /[jkqwz]{4}/i)
  })

  it("is the same after it was written and read, and none where it is damaged or of another version", () => {
    const text = HabitTable.encode(learnedChain)
    assert.deepStrictEqual(Option.getOrThrow(HabitTable.decode(text)), new Map(learnedChain))
    for (const wrong of ["", "{}", text.slice(1), text.slice(0, -1), text.replace('"version":2', '"version":1')]) {
      assert.isTrue(Option.isNone(HabitTable.decode(wrong)), wrong.slice(0, 40))
    }
    assert.isTrue(Option.isNone(HabitTable.decode(text + " ".repeat(HabitTable.maxBytes))))
  })

  it("knows after a merge what either of two knew, each once", () => {
    const other = after([
      chain("Alien", 348),
      run("all of Heat", [[call("genres", {})]]),
      run("all of It", [[call("genres", {})]])
    ])
    const merged = HabitTable.merge(learnedChain, other, 0)
    assert.lengthOf(all(merged), 3)
    assert.deepStrictEqual(calls(merged, "all of Heat"), [{ name: "genres", parameters: {} }])
    assert.deepStrictEqual(HabitTable.merge(learnedChain, learnedChain, 0), new Map(learnedChain))
    const later = after([chain("Alien", 348)], learnedChain, hour)
    for (const both of [HabitTable.merge(later, learnedChain, hour), HabitTable.merge(learnedChain, later, hour)]) {
      assert.deepStrictEqual(both, new Map(later))
    }
  })

  const Table = Schema.Array(Habit.Habit).check(Schema.isMaxLength(20))
  const asked = { shape: shapeOf("who directed Alien"), steps: [[search(348, "Alien")]], tools }
  const contexts = Array.from(learnedChain.keys())
  /** What may be kept, in the contexts that are asked for. */
  const tableOf = (habits: ReadonlyArray<Habit.Habit>): HabitTable.HabitTable =>
    Map.groupBy(
      habits.map((habit, index) => ({ ...habit, context: contexts[index % 2] ?? "" })),
      ({ context }) => context
    )

  it.prop(
    "does not break on any table and any results, and comes back as it was written",
    [Table, Schema.Json, Schema.Json],
    ([habits, value, parameter]) => {
      const table = tableOf(habits)
      const decoded = Option.getOrThrow(HabitTable.decode(HabitTable.encode(table)))
      assert.strictEqual(HabitTable.encode(decoded), HabitTable.encode(table))
      const steps = [[{ ...call("search", { any: parameter }), value }]]
      for (const now of [0, day, -day]) {
        assert.isAtMost(HabitTable.predict(table, { ...asked, steps }, now).length, HabitTable.maxGuesses)
        const later = HabitTable.learn(table, { ...asked, steps: [...steps, ...steps], reason: "answered" }, now)
        assert.isTrue(Option.isSome(HabitTable.decode(HabitTable.encode(HabitTable.merge(later, table, now)))))
        for (const guess of HabitTable.predict(later, asked, now)) HabitTable.judge(later, guess, false, now)
      }
    }
  )

  /** Some run of a small world, in which much coincides. */
  const Some = Schema.Struct({
    title: Schema.Literals(["Heat", "Ronin", "Alien"]),
    id: Schema.Literals([100, 101, 1995]),
    from: Schema.Literals([0, 1]),
    isLong: Schema.Boolean
  })
  const someRun = ({ from, id, isLong, title }: typeof Some.Type) => {
    const details = call("details", { tmdbId: found(id, title).items[from]?.tmdbId })
    return run(`who directed ${title}`, [[search(id, title)], ...(isLong ? [[details], [details]] : [])])
  }
  const learned = (runs: ReadonlyArray<typeof Some.Type>, table?: HabitTable.HabitTable) =>
    after(runs.map(someRun), table)

  it.prop(
    "holds the same, whichever of two is merged with the other, and nothing more where one came of the other",
    [Schema.Array(Some), Schema.Array(Some), Schema.Array(Some)],
    ([before, mine, yours]) => {
      const [one, other] = [learned(mine, learned(before)), learned(yours, learned(before))]
      const merged = HabitTable.merge(one, other, 0)
      assert.deepStrictEqual(sortedIds(merged), sortedIds(HabitTable.merge(other, one, 0)))
      assert.deepStrictEqual(sortedIds(HabitTable.merge(merged, one, 0)), sortedIds(merged))
      assert.deepStrictEqual(sortedIds(HabitTable.merge(one, one, 0)), sortedIds(one))
    }
  )

  it("stays within its bounds, and forgets what is worth least", () => {
    const flood = Array.from({ length: HabitTable.maxHabits + 50 }, (_, index) =>
      run(`question ${"ab".repeat(index % 9)} number word${"c".repeat(index % 15)} ${"d".repeat(1 + (index % 23))}`, [
        [call(`read${index}`, index < 7 ? {} : { ["a".repeat(40)]: "x".repeat(20), ["b".repeat(40)]: true })]
      ])
    )
    const table = after(flood, after([chain("Heat", 949), chain("Ronin", 8195)]))
    assert.isAtMost(all(table).length, HabitTable.maxHabits)
    assert.isAtLeast(all(table).length, HabitTable.maxHabits / 2)
    assert.isAtMost(new TextEncoder().encode(HabitTable.encode(table)).length, HabitTable.maxBytes)
    assert.lengthOf(calls(table, "who directed Alien"), 1)
  })
})
