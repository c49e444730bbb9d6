import { assert, describe, it } from "@effect/vitest"
import { Effect, Order } from "effect"

import { pageSize } from "../src/ArrService.ts"
import * as BothServices from "../src/BothServices.ts"
import * as Cursor from "../src/Cursor.ts"
import { rejected } from "../src/MediaError.ts"

interface Item {
  readonly id: string
  readonly rank: number
}

/** A service whose list has these ranks, in this order. */
const service = (name: string, ranks: ReadonlyArray<number>) => {
  const items = ranks.map((rank, index): Item => ({ id: `${name}${index}`, rank }))
  const read = (page: number) =>
    Effect.succeed({ total: items.length, items: items.slice((page - 1) * pageSize, page * pageSize) })
  return { items, read }
}

const order: Order.Order<Item> = Order.mapInput(Order.Number, ({ rank }) => rank)

const all = Effect.fnUntraced(function* (
  sources: Pick<Parameters<typeof BothServices.page<Item>>[0], "radarr" | "sonarr">,
  limit: number
) {
  const items: Array<Item> = []
  for (let cursor: string | null | undefined = undefined; cursor !== null;) {
    const position: Cursor.Position = yield* Cursor.decode("list", "radarr", cursor)
    const page = yield* BothServices.page({ ...sources, kind: undefined }, { tool: "list", position, limit, order })
    assert.isAtMost(page.items.length, limit)
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
})

describe("BothServices.page", () => {
  it.effect("gives each item of both once, in order, whatever the size of its pages", () =>
    Effect.gen(function* () {
      const upTo = (count: number, step: number) => Array.from({ length: count }, (_, index) => index * step)
      for (const [a, b] of [
        [upTo(250, 2), upTo(180, 3)],
        [upTo(3, 1), upTo(201, 1)],
        [[], upTo(100, 1)],
        [
          [5, 5, 5],
          [...upTo(130, 0), 1]
        ],
        [[], []]
      ] as const) {
        const [radarr, sonarr] = [service("r", a), service("s", b)]
        const whole = yield* BothServices.whole(
          { radarr: Effect.succeed(radarr.items), sonarr: Effect.succeed(sonarr.items), kind: undefined },
          order
        )
        for (const limit of [1, 7, 100]) {
          const given = yield* all({ radarr: radarr.read, sonarr: sonarr.read }, limit)
          assert.deepStrictEqual(given, whole.items)
        }
      }
    })
  )

  it.effect("loses nothing where a service orders otherwise than we do", () =>
    Effect.gen(function* () {
      const [radarr, sonarr] = [service("r", [9, 1, 8, 2, 7]), service("s", [3, 5, 4, 6])]
      const given = yield* all({ radarr: radarr.read, sonarr: sonarr.read }, 2)
      assert.strictEqual(new Set(given.map(({ id }) => id)).size, 9)
      const of = (name: string) => given.filter(({ id }) => id.startsWith(name))
      assert.deepStrictEqual([of("r"), of("s")], [radarr.items, sonarr.items])
    })
  )

  it.effect("stands with one of them down, and fails with both", () =>
    Effect.gen(function* () {
      const down = () => Effect.fail(rejected("sonarr", "It is down."))
      const radarr = service("r", [1, 2, 3])
      const request = { tool: "list", position: Cursor.start, limit: 2, order }
      const page = yield* BothServices.page({ radarr: radarr.read, sonarr: down, kind: undefined }, request)
      assert.deepInclude(page, { total: 3, items: radarr.items.slice(0, 2), problem: "It is down." })
      const position = yield* Cursor.decode("list", "radarr", page.nextCursor ?? undefined)
      assert.deepStrictEqual(position, { page: 3, skip: 0 })
      const failure = yield* Effect.flip(
        BothServices.page<Item>({ radarr: down, sonarr: down, kind: undefined }, request)
      )
      assert.strictEqual(failure.message, "It is down.")
    })
  )
})
