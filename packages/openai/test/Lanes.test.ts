import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

import { assert, describe, it } from "@effect/vitest"
import { Effect, Predicate } from "effect"

import { Lanes } from "../src/Lanes.ts"
import type { WireMessage } from "../src/ModelWire.ts"
import { SocketReply } from "../src/SocketReply.ts"
import { turn } from "./servers.ts"

setFlagsFromString("--expose-gc")
const collectGarbage: unknown = runInNewContext("gc")

/** Has a lane hold the answer to `messages`. */
const answer = (lanes: Lanes, messages: ReadonlyArray<WireMessage>) => {
  const lane = lanes.free() ?? assert.fail()
  lanes.occupy(lane, new SocketReply(() => 0, messages))
  lanes.end(lane, { type: "response.completed", response: { id: "r" } }, 0)
  return lane
}

/** What follows on from the answer to `messages`. */
const after = (messages: ReadonlyArray<WireMessage>): ReadonlyArray<WireMessage> => [
  ...messages,
  { role: "assistant", text: "", calls: [], echo: [], responseId: "r" },
  { role: "user", text: "And then?" }
]

describe("Lanes", () => {
  it("know a conversation again for a minute", () => {
    const lanes = new Lanes(16)
    const messages: ReadonlyArray<WireMessage> = [{ role: "user", text: "Heat?" }]
    const lane = answer(lanes, messages)
    lanes.forgetOld(59_999)
    assert.strictEqual(lanes.holder(after(messages)), lane)
    lanes.forgetOld(60_000)
    assert.isUndefined(lanes.holder(after(messages)))
  })

  it.effect("keep none of the conversation", () =>
    Effect.gen(function* () {
      const lanes = new Lanes(16)
      const gone = yield* Effect.sync(() => {
        const message = { role: "user", text: "Heat?" } as const
        answer(lanes, [message])
        return new WeakRef(message)
      })
      // What was looked at in this turn stays until the next.
      yield* turn
      if (Predicate.isFunction(collectGarbage)) collectGarbage()
      assert.isUndefined(gone.deref())
      assert.isDefined(lanes.named("0")?.held)
    })
  )
})
