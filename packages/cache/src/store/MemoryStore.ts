/**
 * MemoryStore: versions only, of this process only. The values are in the memory that stands before every store.
 */
import * as Effect from "effect/Effect"

import * as Names from "../Names.ts"
import type { Seen, Store } from "./Store.ts"
import * as Versions from "./Versions.ts"

export const make = (): Store => {
  // Told to nobody else, so that the first of all need not be random: that loads what makes random numbers.
  const versions = Versions.make("first")
  const lookNow = (names: ReadonlyArray<string>): Seen => ({
    versions: names.map(versions.of),
    text: undefined,
    isStored: true
  })
  return {
    kind: "memory",
    keepsValues: false,
    leaseMillis: 0,
    lookNow,
    look: (names) => Effect.sync(() => lookNow(names)),
    write: () => Effect.void,
    replace: (names) =>
      Effect.sync(() => {
        if (names.includes(Names.all) || versions.count > Versions.maxNames) versions.reset(Versions.token())
        else for (const name of names) versions.set(name, Versions.token())
      }),
    clear: Effect.void,
    size: Effect.succeed({ entries: 0, bytes: 0 })
  }
}
