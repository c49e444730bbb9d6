import { assert, describe, it } from "@effect/vitest"
import { Cause } from "effect"

import { failed, lineOf } from "../src/ExitError.ts"
import { OutputClosed } from "../src/Output.ts"

describe("lineOf", () => {
  it("is the failure's sentence, in one line that cannot steer the terminal", () => {
    assert.strictEqual(lineOf(Cause.fail(failed("The key\r\n  is \u001B[2Jwrong.\n"))), "The key is [2Jwrong.")
  })

  it("says of a defect what it was", () => {
    assert.match(lineOf(Cause.die(new TypeError("Invalid\nURL"))), /^[^\n]*\(TypeError: Invalid URL\)[^\n]*\.$/)
    assert.match(lineOf(Cause.die("thrown")), /\(thrown\)/)
  })

  it("is empty where the command was stopped or nobody reads its output", () => {
    assert.strictEqual(lineOf(Cause.interrupt(1)), "")
    assert.strictEqual(lineOf(Cause.fail(new OutputClosed({}))), "")
  })
})
