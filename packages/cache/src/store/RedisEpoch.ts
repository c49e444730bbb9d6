/**
 * RedisEpoch: a part of the name of all that is ours in Redis, new where what the server holds may be older than what it, or
 * another in its place, was told meanwhile: where it began again from a snapshot, or was another's replica for a while.
 *
 * It is kept in Redis itself, as `RUN.TOKEN`: who connects and finds none of the server's present run there makes a new one.
 * So all who are connected have the same, which they would not by ids of the server's own: its run outlives a change of its
 * role, and its replication id changes under those who are connected when its first replica comes. That it is still the same
 * is looked at whenever something is read or outdated. It alone has no time to live.
 */
import type { RedisClientType } from "@redis/client"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

import * as Key from "../Key.ts"
import type { RedisSession } from "./RedisSession.ts"
import { StoreError } from "./Store.ts"
import { token } from "./Versions.ts"

export interface RedisEpoch {
  /** Where it is kept. */
  readonly key: string
  readonly value: string
  /** A short name of it. */
  readonly digest: string
}

const limit = Duration.seconds(1)

const script = `
local epoch = redis.call('GET', KEYS[1])
if epoch and string.sub(epoch, 1, #ARGV[1]) == ARGV[1] then return epoch end
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2])
return ARGV[1] .. ARGV[2]`

/** The epoch of the server that `session` is with. */
export const make = Effect.fnUntraced(function* (
  session: RedisSession,
  key: string
): Effect.fn.Return<RedisEpoch, StoreError> {
  const input = { keys: [key], arguments: [`${session.run}.`, token()] }
  const value = String(yield* session.use((client) => client.eval(script, input), limit))
  return { key, value, digest: Key.digest(value).slice(0, 8) }
})

/** Puts it there again where it was evicted or flushed and no other has come meanwhile; the one that is there then. */
const restore = (client: RedisClientType, { key, value }: RedisEpoch): Promise<string | null> => {
  const made = client.set(key, value, { condition: "NX" })
  const found = client.get(key)
  return made.then(() => found)
}

/** Goes on where `found`, read with or after what it vouches for, is this one; ends the session where it is another. */
export const confirm = Effect.fnUntraced(function* (
  epoch: RedisEpoch,
  session: RedisSession,
  found: string | null | undefined
) {
  const known = found ?? (yield* session.use((client) => restore(client, epoch), limit))
  if (known !== epoch.value) return yield* session.end(changed)
})

const changed = new StoreError({
  store: "redis",
  isBusy: false,
  message: "Redis is another server than before, or was a replica meanwhile: what it held is not used."
})
