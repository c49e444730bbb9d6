import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration } from "effect"
import { AiError } from "effect/ai"

import * as Failure from "../../src/schedule/Failure.ts"

const second = Duration.seconds(1)
const ai = (reason: AiError.AiErrorReason) => AiError.make({ module: "test", method: "test", reason })

describe("Failure", () => {
  it("takes for retryable what says so itself, and a time-out", () => {
    assert.isTrue(Failure.isRetryable({ isRetryable: true }))
    assert.isTrue(Failure.isRetryable(new Cause.TimeoutError("too long")))
    assert.isTrue(Failure.isRetryable(ai(new AiError.RateLimitError({}))))
    for (const final of [undefined, null, "no", { isRetryable: false }, { isRetryable: "yes" }, new Error("no")]) {
      assert.isFalse(Failure.isRetryable(final))
    }
  })

  it("does not take a badly written call for retryable: the same call fails again", () => {
    const fault = ai(new AiError.ToolParameterValidationError({ toolName: "look", description: "key is missing" }))
    assert.isTrue(fault.isRetryable)
    assert.isFalse(Failure.isRetryable(fault))
    assert.isTrue(Failure.saysNothingOfUpstream(fault))
    assert.isTrue(Failure.saysNothingOfUpstream(undefined))
    assert.isFalse(Failure.saysNothingOfUpstream({ isRetryable: false }))
  })

  it("knows throttling by the tag of the reason, by its own, and by status 429", () => {
    assert.isTrue(Failure.isThrottled(ai(new AiError.RateLimitError({}))))
    assert.isTrue(Failure.isThrottled({ reason: { _tag: "Throttled" } }))
    assert.isTrue(Failure.isThrottled({ _tag: "Throttled" }))
    assert.isTrue(Failure.isThrottled({ status: 429 }))
    assert.isTrue(Failure.isThrottled({ reason: { _tag: "Unexpected", status: 429 } }))
    assert.isFalse(Failure.isThrottled({ reason: { _tag: "Unexpected", status: 503 } }))
  })

  it("reads how long to wait from the failure or its reason, where it is a duration", () => {
    assert.deepStrictEqual(Failure.retryAfter({ retryAfter: second }), second)
    assert.deepStrictEqual(Failure.retryAfter(ai(new AiError.RateLimitError({ retryAfter: second }))), second)
    assert.strictEqual(Failure.retryAfter({ retryAfter: 1000 }), undefined)
    assert.strictEqual(Failure.retryAfter(undefined), undefined)
  })
})
