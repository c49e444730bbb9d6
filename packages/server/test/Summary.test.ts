import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import type { Exchange } from "../src/Exchange.ts"
import * as Summary from "../src/Summary.ts"

const exchange = (promptBytes: number, summary: string | null = null): Exchange => ({
  runId: "run_a",
  parentId: null,
  conversationId: null,
  question: "?",
  answer: "!",
  reason: "answered",
  atMillis: 0,
  text: "",
  promptBytes,
  openCalls: [],
  summary
})

const sizeOf = ({ promptBytes, summary }: Exchange) => summary?.length ?? promptBytes
const total = (chain: ReadonlyArray<Exchange>) => chain.reduce((sum, one) => sum + sizeOf(one), 0)

const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1500 })))

describe("Summary", () => {
  it.prop(
    "is due where a conversation is over its limit, and leaves two fifths of it, or its newest exchange",
    [Sizes, Schema.Boolean],
    ([sizes, isSummed]) => {
      const chain = sizes.map((size, index) => exchange(size, isSummed && index === 0 ? "s".repeat(100) : null))
      const count = Summary.due(chain, 1000)
      const left = chain.slice(count)
      if (total(chain) <= 1000) assert.strictEqual(count, 0)
      else if (count > 0) {
        assert.isTrue(total(left) <= 400 || (left.length === 1 && total(left) <= 1000))
        // As few are summed up as may be, and never a summary alone.
        assert.isTrue(total(chain.slice(count - 1)) > 400)
        assert.isTrue(count > 1 || !isSummed)
      } else assert.isTrue(isSummed && total(chain.slice(1)) <= 1000)
    }
  )

  it("keeps what stood in for older turns where newer ones cannot be summed up, and says so once", () => {
    const first = Summary.dropped([exchange(10), exchange(10)])
    assert.strictEqual(first, "Older messages of this conversation are left out.")
    assert.strictEqual(Summary.dropped([exchange(10, first), exchange(10)]), first)
    const second = Summary.dropped([exchange(10, "They talked."), exchange(10)])
    assert.strictEqual(second, `They talked.\n${first}`)
    assert.strictEqual(Summary.dropped([exchange(10, second)]), second)
  })
})
