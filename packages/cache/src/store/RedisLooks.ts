/**
 * RedisLooks: everything that is looked for in one window, by one MGET; and the leases under which a version is used again
 * without asking. Large values are fetched after that, a part at a time, so that nobody waits behind them for long.
 */
import type { RedisClientType } from "@redis/client"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Request from "effect/Request"

import * as Names from "../Names.ts"
import * as RedisEpoch from "./RedisEpoch.ts"
import type { RedisSession } from "./RedisSession.ts"
import type { Seen, StoreError } from "./Store.ts"
import { token } from "./Versions.ts"

/** Of what is written under a key. */
const layout = 2

/** From the sending of the MGET that read the version. */
export const leaseMillis = 50

/** Versions that no value needs live this long; writing a value prolongs its own. */
const versionMillis = 3_600_000

/** Leases held at once; with more of them all are let go. */
const maxLeases = 50_000

const lookLimit = Duration.millis(250)
const largeLimit = Duration.seconds(2)

/** Values in one MGET: with the next, what a server sends in a small part of `lookLimit`. */
const maxValues = 1024
/** In characters: a value of more stands under a key of its own, and its length in its place. */
const maxInline = 8 * 1024
/** In characters: what is fetched or written together, unless it is one value. */
const maxTogether = 1024 * 1024

export class Look extends Request.Class<
  { readonly names: ReadonlyArray<string>; readonly key: string | undefined },
  Seen,
  StoreError
> {}

/** Of a value that is known to be large. */
export class Large extends Request.Class<
  { readonly key: string; readonly characters: number },
  string | undefined,
  StoreError
> {}

/** A session, where its values and versions are, and what was learned of them. */
export interface Held {
  readonly session: RedisSession
  readonly epoch: RedisEpoch.RedisEpoch
  /** Before every key of ours, values and versions. */
  readonly space: string
  /** By the version's key. */
  readonly leases: Map<string, Lease>
}

interface Lease {
  readonly version: string
  readonly sentAtMillis: number
}

export const hold = Effect.fnUntraced(function* (session: RedisSession): Effect.fn.Return<Held, StoreError> {
  const epoch = yield* RedisEpoch.make(session, `callsheet:${layout}:epoch`)
  return { session, epoch, space: `callsheet:${layout}:${epoch.digest}:`, leases: new Map() }
})

export const valueKey = ({ space }: Held, key: string): string => `${space}v:${key}`
export const largeKey = ({ space }: Held, key: string): string => `${space}w:${key}`

/** What stands under `valueKey` and, unless it is empty, under `largeKey`. */
export const split = (text: string): readonly [text: string, large: string] =>
  text.length <= maxInline ? [text, ""] : [`@${text.length}`, text]

/** How long the value is that `text` stands for, if it does. No value begins like that. */
export const largeCharacters = (text: string | undefined): number | undefined =>
  text?.startsWith("@") === true ? Number(text.slice(1)) : undefined

/** All keys that begin with the same two characters share a version. */
export const versionKey = ({ space }: Held, name: string): string =>
  `${space}${Names.keyOf(name) === undefined ? name : name.slice(0, 3)}`

/** Time that is never set back, or a lease might last longer. */
const monotonicMillis = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

const leased = ({ leases }: Held, key: string, nowMillis: number): string | undefined => {
  const lease = leases.get(key)
  return lease !== undefined && nowMillis - lease.sentAtMillis < leaseMillis ? lease.version : undefined
}

/** The versions of `names` where all are leased. */
export const leasedVersions = (
  held: Held,
  names: ReadonlyArray<string>,
  clock: Clock.Clock
): ReadonlyArray<string> | undefined => {
  const nowMillis = monotonicMillis(clock)
  const versions: Array<string> = []
  for (const name of names) {
    const version = leased(held, versionKey(held, name), nowMillis)
    if (version === undefined) return undefined
    versions.push(version)
  }
  return versions
}

/** What each of `looks` asks for: one round trip, and another where some version was seen by nobody yet. */
export const lookAll = Effect.fnUntraced(function* (held: Held, looks: ReadonlyArray<Look>) {
  const sentAtMillis = monotonicMillis(yield* Clock.Clock)
  const known = new Map<string, string>()
  const versions = new Set<string>()
  const values = new Set<string>()
  for (const { key, names } of looks) {
    if (key !== undefined) values.add(valueKey(held, key))
    for (const name of names) {
      const at = versionKey(held, name)
      const version = leased(held, at, sentAtMillis)
      if (version === undefined) versions.add(at)
      else known.set(at, version)
    }
  }
  const { use } = held.session
  const take = (keys: ReadonlyArray<string>, replies: ReadonlyArray<string | null>) => {
    for (const [index, key] of keys.entries()) {
      const reply = replies[index]
      if (typeof reply === "string") known.set(key, reply)
    }
  }
  const texts = [...values]
  if (versions.size + texts.length > 0) {
    // One MGET is one moment: what it finds is of the epoch that it finds.
    const wanted = [...versions, ...texts.splice(0, maxValues), held.epoch.key]
    take(wanted, yield* use((client) => client.mGet(wanted), lookLimit))
    yield* RedisEpoch.confirm(held.epoch, held.session, known.get(held.epoch.key))
  }
  while (texts.length > 0) {
    const more = texts.splice(0, maxValues)
    take(more, yield* use((client) => client.mGet(more), lookLimit))
  }
  const unknown = [...versions].filter((key) => !known.has(key))
  if (unknown.length > 0) take(unknown, yield* use((client) => create(client, unknown), lookLimit))
  if (held.leases.size > maxLeases) held.leases.clear()
  for (const key of versions) {
    const version = known.get(key)
    if (version !== undefined) held.leases.set(key, { version, sentAtMillis })
  }
  return ({ key, names }: Look): Seen => ({
    // One that was evicted between the two round trips is nobody's.
    versions: names.map((name) => known.get(versionKey(held, name)) ?? token()),
    text: key === undefined ? undefined : known.get(valueKey(held, key)),
    isStored: true
  })
})

/** The values of `keys`, of at most `maxTogether` together. */
export const lookLarge = (held: Held, keys: ReadonlyArray<string>) =>
  held.session.use((client) => client.mGet(keys.map((key) => largeKey(held, key))), largeLimit)

/** `items` in groups of at most `maxTogether` characters, or of one item. */
export const portions = <A>(
  items: ReadonlyArray<A>,
  charactersOf: (item: A) => number
): ReadonlyArray<ReadonlyArray<A>> => {
  const groups: Array<Array<A>> = []
  let characters = Infinity
  for (const item of items) {
    characters += charactersOf(item)
    if (characters <= maxTogether) groups.at(-1)?.push(item)
    else {
      groups.push([item])
      characters = charactersOf(item)
    }
  }
  return groups
}

/** Gives each key a version where it still has none, and reads what it has then. The commands travel together. */
const create = (client: RedisClientType, keys: ReadonlyArray<string>): Promise<ReadonlyArray<string | null>> => {
  const expiration = { type: "PX", value: versionMillis } as const
  const made = keys.map((key) => client.set(key, token(), { condition: "NX", expiration }))
  const versions = client.mGet([...keys])
  return Promise.all(made).then(() => versions)
}
