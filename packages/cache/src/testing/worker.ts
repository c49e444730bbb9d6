/**
 * A second process for `Truth.loadTwice` and the cases in `processes`. `worker.ts load STORE TRUTH READS [PER_SECOND]` reads, writes the
 * odd keys, and says at its end what it found; `worker.ts write STORE` writes until it is killed. Says a line once it is
 * under way.
 */
import { writeSync } from "node:fs"

import * as Effect from "effect/Effect"

import { Cache } from "../Cache.ts"
import * as CacheConfig from "../CacheConfig.ts"
import { checked, checkedKeys, checkedValue } from "./checked.ts"
import * as Truth from "./Truth.ts"

const [role = "", store = "", path = "", reads = "0", perSecond = ""] = process.argv.slice(2)
const rate = perSecond === "" ? {} : { perSecond: Number(perSecond) }

const say = (line: string) =>
  Effect.sync(() => {
    writeSync(1, `${line}\n`)
  })
const underWay = say("under way")

const load = Effect.andThen(underWay, Truth.load({ path, reads: Number(reads), ...rate, parity: 1 })).pipe(
  Effect.flatMap((found) => say(Truth.encode(found)))
)

const write = Effect.gen(function* () {
  const cache = yield* Cache
  const { read } = checked(() => {})
  for (let turn = 1; ; turn++) {
    for (let id = 0; id < checkedKeys; id++) yield* cache.remember(read, { id }, checkedValue(id, turn), [])
    // After a whole round, while the next is being written.
    if (turn === 2) yield* underWay
    yield* cache.flush
  }
})

const config = CacheConfig.fromString(store)
if (config === undefined) process.exit(2)
await Effect.runPromise(Effect.provide(role === "load" ? load : write, Cache.layer(config)))
