import { Approval, type ApprovalRequest } from "@callsheet/core/schedule/Approval"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"

import { calls, tagged } from "../fixtures.ts"
import { destroying, play, reading, told, writing } from "./stage.ts"

const tools = [reading("look"), writing("change"), destroying("erase")]
const replies = [{ calls: [...calls("erase", "x"), ...calls("look", "a"), ...calls("change", "b")] }]

/** Someone who answers after `millis`. */
const answering = (answer: boolean, millis: number) => () => Effect.as(Effect.sleep(millis), answer)

const siblings = ["150 start look a", "180 start change b", "190 end look a", "220 end change b"]

describe("approval", () => {
  it.effect("pauses that call alone, and resumes it on a yes", () =>
    Effect.gen(function* () {
      const { events, finished, lines } = yield* Effect.provideService(
        play({ tools, replies }),
        Approval,
        answering(true, 9000)
      )
      assert.deepStrictEqual(lines, [...siblings, "9180 start erase x", "9220 end erase x"])
      assert.deepStrictEqual(
        events.flatMap((event) =>
          "callId" in event && event.name === "erase" ? [`${event._tag} ${event.atMillis}`] : []
        ),
        ["ApprovalNeeded 180", "ToolStarted 9180", "ToolSettled 9220"]
      )
      assert.deepStrictEqual(tagged(events, "ApprovalNeeded")[0]?.input, { key: "x" })
      assert.strictEqual(finished?.atMillis, 9220 + 110)
    })
  )

  it.effect("refused, is told to the model, and the call never runs", () =>
    Effect.gen(function* () {
      const { finished, lines, views } = yield* Effect.provideService(
        play({ tools, replies }),
        Approval,
        answering(false, 9000)
      )
      assert.deepStrictEqual(lines, siblings)
      assert.deepStrictEqual(told(views[1])[0], { error: "erase was not approved by the user, so it did not run." })
      assert.strictEqual(finished?.atMillis, 9180 + 110)
    })
  )

  it.effect("that nobody gives within the policy's limit is a refusal", () =>
    Effect.gen(function* () {
      const { finished, lines, views } = yield* Effect.provideService(
        play({ tools, replies, policy: { approvalLimit: Duration.seconds(3) } }),
        Approval,
        () => Effect.never
      )
      assert.deepStrictEqual(lines, siblings)
      assert.deepStrictEqual(told(views[1])[0], { error: "Nobody approved erase within 3s, so it did not run." })
      assert.strictEqual(finished?.atMillis, 3180 + 110)
    })
  )

  it.effect("is asked for several calls at the same time, and one answer does not wait for another", () =>
    Effect.gen(function* () {
      const slowFirst = ({ input }: ApprovalRequest) =>
        Effect.as(Effect.sleep(JSON.stringify(input).includes("x") ? 9000 : 1000), true)
      const { events, lines } = yield* Effect.provideService(
        play({ tools, replies: [{ calls: calls("erase", "x", "y") }] }),
        Approval,
        slowFirst
      )
      assert.deepStrictEqual(
        tagged(events, "ApprovalNeeded").map(({ atMillis }) => atMillis),
        [150, 150]
      )
      assert.deepStrictEqual(lines, [
        "1150 start erase y",
        "1190 end erase y",
        "9150 start erase x",
        "9190 end erase x"
      ])
    })
  )

  it.effect("is not asked for a call that was given up for want of time", () =>
    Effect.gen(function* () {
      const { events, views } = yield* play({
        tools,
        replies: [{ calls: calls("erase", "x", "y", "z") }],
        ask: { question: "Go", deadlineMillis: 300 }
      })
      // Its message ends at 180, and half of the time is kept for the answer.
      assert.strictEqual(tagged(events, "ApprovalNeeded").length, 0)
      const late = { error: "It did not end within the time that the run has." }
      assert.deepStrictEqual(told(views[1]), [late, late, late])
    })
  )

  it.effect("that breaks is that call's failed result, and the run goes on", () =>
    Effect.gen(function* () {
      for (const broken of [() => Effect.die("no terminal"), () => Effect.interrupt]) {
        const { finished, lines, views } = yield* Effect.provideService(
          play({ tools, replies: [{ calls: calls("erase", "x") }] }),
          Approval,
          broken
        )
        assert.deepStrictEqual(told(views[1]), [{ error: "This call broke before it had a result." }])
        assert.deepStrictEqual([lines, finished?.reason], [[], "answered"])
      }
    })
  )

  it.effect("is not asked for what is not destructive", () =>
    Effect.gen(function* () {
      const { events, lines } = yield* play({ tools, replies: [{ calls: calls("change", "a") }] })
      assert.strictEqual(tagged(events, "ApprovalNeeded").length, 0)
      assert.deepStrictEqual(lines, ["120 start change a", "160 end change a"])
    })
  )
})
