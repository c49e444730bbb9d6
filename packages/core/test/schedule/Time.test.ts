import * as Annotations from "@callsheet/core/schedule/Annotations"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Stream } from "effect"

import { calls, tagged } from "../fixtures.ts"
import { editing, play, reading, told, Trouble, writing } from "./stage.ts"

const tools = [reading("look"), writing("change")]

const cutOff = { error: "It did not end within the time that the run has." }

describe("a tool's time limit", () => {
  const limited = [
    reading("look").annotate(Annotations.TimeLimit, "30 millis"),
    writing("change").annotate(Annotations.TimeLimit, "30 millis")
  ]

  it.effect("holds for each attempt by itself", () =>
    Effect.gen(function* () {
      const { lines } = yield* play({
        tools: limited,
        replies: [{ calls: calls("look", "a") }],
        act: ({ attempt }) => Effect.sleep(attempt < 3 ? 40 : 20)
      })
      // The waits between them are 100 and 200 ms.
      assert.deepStrictEqual(lines, [
        "120 start look a",
        "150 stop look a",
        "250 start look a",
        "280 stop look a",
        "480 start look a",
        "500 end look a"
      ])
    })
  )

  it.effect("is told to the model where no attempt kept it, and its siblings go on", () =>
    Effect.gen(function* () {
      const { lines, views } = yield* play({
        tools: limited,
        replies: [{ calls: [...calls("change", "x"), { name: "change", input: { key: "y", millis: 20 } }] }]
      })
      assert.deepStrictEqual(told(views[1]), [
        { error: "The tool change did not answer within 30ms." },
        { key: "y", parts: ["y1", "y2", "y3"] }
      ])
      assert.deepStrictEqual(
        lines.map((line) => line.replace(/^\d+ /, "")),
        ["start change x", "start change y", "end change y", "stop change x"]
      )
    })
  )

  it.effect("counts from admission, not from the wait for a place", () =>
    Effect.gen(function* () {
      const { lines } = yield* play({
        tools: [reading("look").annotate(Annotations.TimeLimit, "50 millis").annotate(Annotations.Concurrency, 1)],
        replies: [{ calls: calls("look", "a", "b", "c", "d") }]
      })
      assert.deepStrictEqual(
        lines.filter((line) => /end|stop/.test(line)),
        ["160 end look a", "200 end look b", "240 end look c", "280 end look d"]
      )
    })
  )
})

describe("a step's time limit", () => {
  const stubborn = (key: string) => (doing: { readonly key: string; readonly millis: number }) =>
    doing.key === key ? Effect.uninterruptible(Effect.sleep(2000)) : Effect.sleep(doing.millis)
  const limit = { stepLimit: Duration.millis(500) }

  it.effect("lets nothing run beside a write that was given up and goes on, in later steps too", () =>
    Effect.gen(function* () {
      const { lines } = yield* play({
        tools: [reading("look").annotate(Annotations.Freshness, "1 hour"), writing("change")],
        policy: { stepLimit: Duration.millis(1000) },
        replies: [
          { calls: calls("look", "a") },
          { calls: calls("change", "a") },
          { calls: calls("look", "a", "b") },
          { calls: calls("look", "a") }
        ],
        act: (doing) => (doing.name === "change" ? stubborn("a")(doing) : Effect.sleep(doing.millis))
      })
      const at = (line: RegExp) => lines.filter((one) => line.test(one)).map((one) => Number.parseInt(one, 10))
      const [ended = 0] = at(/(stop|end) change a/)
      const reads = at(/start look a/)
      assert.isAbove(ended, 2000)
      assert.isEmpty(reads.slice(1).filter((millis) => millis < ended))
      assert.strictEqual(reads.length, 2)
      assert.isBelow(at(/start look b/)[0] ?? Infinity, ended)
    })
  )

  it.effect("is the reason that every call hears, also one that shared another's run", () =>
    Effect.gen(function* () {
      const same = { name: "look", input: { key: "a", millis: 5000 } }
      const { lines, views } = yield* play({ tools, policy: limit, replies: [{ calls: [same, same] }] })
      assert.deepStrictEqual(told(views[1]), [cutOff, cutOff])
      assert.deepStrictEqual(lines, ["160 start look a", "500 stop look a"])
    })
  )

  it.effect("leaves nothing for an equal call of the next step to share", () =>
    Effect.gen(function* () {
      const { views } = yield* play({
        tools,
        policy: limit,
        replies: [{ calls: calls("look", "a") }, { calls: calls("look", "a") }],
        act: ({ attempt }) => (attempt === 1 ? Effect.uninterruptible(Effect.sleep(5000)) : Effect.sleep(10))
      })
      assert.deepStrictEqual(told(views[2]), [{ key: "a", parts: ["a1", "a2", "a3"] }])
    })
  )

  it.effect("gives up what has not ended, and the next step has its own", () =>
    Effect.gen(function* () {
      const slow = { calls: [{ name: "look", input: { key: "a", millis: 5000 } }, ...calls("look", "b")] }
      const { finished, lines, views } = yield* play({
        tools,
        policy: { stepLimit: Duration.millis(500) },
        replies: [slow, slow]
      })
      assert.deepStrictEqual(lines, [
        "160 start look a",
        "190 start look b",
        "230 end look b",
        "500 stop look a",
        "660 start look a",
        "690 start look b",
        "730 end look b",
        "1000 stop look a"
      ])
      assert.deepStrictEqual(told(views[1])[0], cutOff)
      assert.deepStrictEqual([finished?.atMillis, finished?.reason, finished?.answer], [1110, "answered", "Done."])
    })
  )
})

/** What follows the model's answer where a tool was given up. */
const stopped =
  "\n\nThe time limit of 2s was reached. Missing:\n- look: It did not end within the time that the run has."

describe("a run's deadline", () => {
  const slow = { calls: [{ name: "look", input: { key: "a", millis: 60_000 } }, ...calls("look", "b")] }

  for (const [where, options] of [
    ["the request", { ask: { question: "Go", deadlineMillis: 2000 } }],
    ["the policy", { policy: { runLimit: Duration.seconds(2) } }],
    [
      "either, whichever is less",
      { ask: { question: "Go", deadlineMillis: 2000 }, policy: { runLimit: Duration.minutes(1) } }
    ]
  ] as const) {
    it.effect(`of ${where} gives tools up that would last too long, so that the model can still answer`, () =>
      Effect.gen(function* () {
        const { events, finished, lines, views } = yield* play({ tools, replies: [slow], ...options })
        // Kept for the answer is a tenth of the run, or the longest model call so far: 190 ms, so 200 ms.
        assert.deepStrictEqual(lines, ["160 start look a", "190 start look b", "230 end look b", "1800 stop look a"])
        assert.deepStrictEqual(told(views[1]), [cutOff, { key: "b", parts: ["b1", "b2", "b3"] }])
        assert.deepStrictEqual(
          views.map(({ toolChoice }) => toolChoice),
          ["auto", "none"]
        )
        assert.deepStrictEqual(
          [finished?.atMillis, finished?.reason, finished?.answer],
          [1910, "deadline", `Done.${stopped}`]
        )
        assert.strictEqual(tagged(events, "ToolSettled").length, 2)
      })
    )
  }

  it.effect("keeps as long for the answer as the model took before", () =>
    Effect.gen(function* () {
      // 80 tokens more: the call takes 990 ms.
      const thoughtful = { text: "x".repeat(320), ...slow }
      const { finished, lines } = yield* play({
        tools,
        replies: [thoughtful],
        ask: { question: "Go", deadlineMillis: 4000 }
      })
      assert.strictEqual(lines.at(-1), "3010 stop look a")
      assert.deepStrictEqual([finished?.atMillis, finished?.reason], [3120, "deadline"])
    })
  )

  it.effect("ends the answer where it stands, and names what is missing", () =>
    Effect.gen(function* () {
      const long = "x".repeat(4000)
      const { events, finished } = yield* play({
        tools,
        replies: [slow, { text: long }],
        ask: { question: "Go", deadlineMillis: 2000 }
      })
      assert.deepStrictEqual([finished?.atMillis, finished?.reason], [2000, "deadline"])
      // The answer began at 1900 and had a token each 10 ms.
      assert.strictEqual(
        finished?.answer,
        `${"x".repeat(40)}\n\nThe time limit of 2s was reached: this answer is not complete. Missing:\n` +
          "- look: It did not end within the time that the run has."
      )
      const said = tagged(events, "TextDelta").map(({ delta }) => delta)
      assert.strictEqual(said.join(""), finished?.answer)
    })
  )

  it.effect("names what there is where the model has said nothing yet", () =>
    Effect.gen(function* () {
      const { finished, lines } = yield* play({
        tools,
        replies: [{ calls: calls("look", "a", "b", "c") }, { text: "Late." }],
        ask: { question: "Go", deadlineMillis: 270 }
      })
      // The model's call took 180 ms, so half of the run is kept for the next one: nothing is left for tools.
      assert.deepStrictEqual(lines.slice(0, 4), [
        "120 start look a",
        "150 start look b",
        "160 end look a",
        "180 stop look b"
      ])
      assert.deepStrictEqual([finished?.atMillis, finished?.reason], [270, "deadline"])
      assert.strictEqual(
        finished?.answer,
        "The time limit of 270ms was reached before there was an answer. These gave their results: look. Missing:\n" +
          "- look: It did not end within the time that the run has. (2 times)"
      )
    })
  )

  it.effect(
    "names every call that had been asked for, also one that had not begun, and says that more may be missing",
    () =>
      Effect.gen(function* () {
        const { events, finished } = yield* play({
          tools,
          // The second write is being written at the deadline.
          replies: [{ calls: [...calls("look", "a"), ...calls("change", "x"), ...calls("change", "y".repeat(4000))] }],
          ask: { question: "Go", deadlineMillis: 1000 }
        })
        assert.deepStrictEqual([finished?.atMillis, finished?.reason], [1000, "deadline"])
        assert.strictEqual(
          finished?.answer,
          "The time limit of 1s was reached before there was an answer. These gave their results: look. Missing:\n" +
            "- change: It did not end within the time that the run has.\n" +
            "- the rest of what the model was asking for: It was not written in time."
        )
        assert.deepStrictEqual(
          tagged(events, "ToolSettled").map(({ name, ok }) => [name, ok]),
          [
            ["look", true],
            ["change", false]
          ]
        )
      })
  )

  it.effect("is kept though a handler does not let itself be interrupted", () =>
    Effect.gen(function* () {
      const { finished, lines } = yield* play({
        tools,
        replies: [{ calls: calls("look", "a") }],
        ask: { question: "Go", deadlineMillis: 2000 },
        act: () => Effect.uninterruptible(Effect.sleep(60_000))
      })
      // The tools' time is over at 1800; the model then says "Done.".
      assert.deepStrictEqual(
        [finished?.atMillis, finished?.reason, finished?.answer],
        [1910, "deadline", `Done.${stopped}`]
      )
      assert.deepStrictEqual(lines, ["120 start look a", "60120 stop look a"])
    })
  )

  it.effect("is kept though the model's connection closes slowly", () =>
    Effect.gen(function* () {
      const { finished } = yield* play({
        tools,
        replies: [{ text: "x".repeat(4000) }],
        ask: { question: "Go", deadlineMillis: 2000 },
        through: editing((stream) => (request) => Stream.ensuring(stream(request), Effect.sleep(5000)))
      })
      assert.deepStrictEqual([finished?.atMillis, finished?.reason], [2000, "deadline"])
    })
  )

  it.effect("is told where the model has nothing to say in its last message", () =>
    Effect.gen(function* () {
      const { finished } = yield* play({
        tools,
        replies: [slow, { text: "" }],
        ask: { question: "Go", deadlineMillis: 2000 }
      })
      assert.strictEqual(finished?.reason, "deadline")
      assert.strictEqual(
        finished?.answer,
        "The time limit of 2s was reached before there was an answer. These gave their results: look. Missing:\n" +
          "- look: It did not end within the time that the run has."
      )
    })
  )

  it.effect("does not name what the model has heard of and gone on from", () =>
    Effect.gen(function* () {
      const { finished } = yield* play({
        tools,
        replies: [{ calls: calls("look", "broken") }, { calls: calls("look", "b") }, { text: "x".repeat(8000) }],
        ask: { question: "Go", deadlineMillis: 2000 },
        act: ({ key }) =>
          key === "broken" ? Effect.fail(new Trouble({ sentence: "No.", isRetryable: false })) : Effect.void
      })
      assert.match(finished?.answer ?? "", /: this answer is not complete\.$/)
    })
  )

  it.effect("drops a retry first, whose wait would last too long", () =>
    Effect.gen(function* () {
      const { finished, lines } = yield* play({
        tools,
        replies: [{ calls: calls("look", "a") }],
        ask: { question: "Go", deadlineMillis: 2000 },
        act: () =>
          Effect.fail(new Trouble({ sentence: "Not now.", isRetryable: true, retryAfter: Duration.seconds(5) }))
      })
      assert.deepStrictEqual(lines, ["120 start look a", "120 fail look a"])
      assert.strictEqual(finished?.atMillis, 230)
    })
  )
})
