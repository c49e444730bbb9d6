/**
 * Values that tell by themselves whether they are whole, for the case of the killed process and the process in it.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Key from "../Key.ts"
import * as Read from "../Read.ts"

export const checkedKeys = 200

export const checkedValue = (id: number, turn: number) => {
  const text = `${id}.${turn}.`.repeat(2_000)
  return { id, text, digest: Key.digest(text) }
}

/** The read of such values; `onMiss` is called where one has to be made. */
export const checked = (onMiss: () => void) => ({
  read: Read.make("test/checked", {
    version: 1,
    identity: Read.everyone,
    argument: Schema.Struct({ id: Schema.Int }),
    result: Schema.Struct({ id: Schema.Int, text: Schema.String, digest: Schema.String }),
    freshness: { fresh: "1 hour" },
    lookup: ({ id }) =>
      Effect.sync(() => {
        onMiss()
        return checkedValue(id, 0)
      })
  }),
  isWhole: ({ digest, text }: { readonly digest: string; readonly text: string }) => Key.digest(text) === digest
})
