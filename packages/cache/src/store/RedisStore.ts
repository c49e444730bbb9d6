/**
 * RedisStore: values and versions in Redis, shared by any number of processes and machines.
 *
 * **Keys**, all under `callsheet:LAYOUT:EPOCH:`, where EPOCH (`RedisEpoch`) changes where a server may hold what is outdated:
 * `v:KEY` a value, or how large it is where it is under `w:KEY`; `*`, `#TAG`, and `=PP` versions. Single keys share 4,096
 * versions by their first two characters: forgetting one outdates one in 4,096 others as well. A version is replaced by being
 * removed, which a full server does not refuse; who looks next makes another.
 * **One round trip.** All that is looked for in one turn of the scheduler goes in one MGET. A version seen for the first time
 * costs another, which makes it; one that was evicted is made anew, and so outdates what it stood for. **Lease.** A version
 * may be used for 50 ms from the sending of its MGET, without another.
 * **Return.** Who was cut off looks nothing up for two seconds after it is back, so that all who were can first store the
 * versions that they could not replace; or it would give what another has outdated meanwhile.
 *
 * The bound of bytes is the server's own `maxmemory`. Every key but the epoch's has a time to live, versions at least that of
 * any value.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import type * as Redacted from "effect/Redacted"
import * as RequestResolver from "effect/RequestResolver"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"

import * as Names from "../Names.ts"
import * as RedisEpoch from "./RedisEpoch.ts"
import * as RedisLooks from "./RedisLooks.ts"
import * as RedisSession from "./RedisSession.ts"
import { type Seen, type Store, StoreError, type Write } from "./Store.ts"

const writeLimit = Duration.seconds(2)

/** More than others need: to connect again (`backoff`), and to store what is pending (`Guard`), 0.5 and 0.75 seconds. */
const returnTime = Duration.seconds(2)

const backoff = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("500 millis")])

/** Keeps a value where all its versions are current, and makes these live at least as long as it. */
const writeScript = `
for i = 3, #KEYS do
  if redis.call('GET', KEYS[i]) ~= ARGV[i + 1] then return 0 end
end
for i = 3, #KEYS do
  if redis.call('PTTL', KEYS[i]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[i], 2 * ARGV[3]) end
end
if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3]) else redis.call('UNLINK', KEYS[2]) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1`

/** A store in the Redis at `url`. It need not be there yet; waits for the first try to reach it. */
export const make = Effect.fnUntraced(function* (url: Redacted.Redacted): Effect.fn.Return<Store, never, Scope.Scope> {
  const tried = yield* Latch.make()
  let held: RedisLooks.Held | undefined
  let wasCutOff = false
  let isReturning = false
  let scriptId = ""
  let problem = new StoreError({ store: "redis", isBusy: false, message: "Redis is not connected yet." })

  /** One session, until it is lost. Fails where none comes about. */
  const holdSession = Effect.scoped(
    Effect.gen(function* () {
      const session = yield* RedisSession.make(url)
      const made = yield* RedisLooks.hold(session)
      scriptId = yield* session.use((client) => client.scriptLoad(writeScript), writeLimit)
      held = made
      isReturning = wasCutOff
      yield* tried.open
      if (isReturning) yield* Effect.timeoutOption(session.lost, returnTime)
      isReturning = false
      problem = yield* session.lost
    })
  ).pipe(
    Effect.tapError((error) => {
      problem = error
      return tried.open
    }),
    Effect.ensuring(
      Effect.sync(() => {
        held = undefined
        wasCutOff = true
      })
    )
  )
  yield* Effect.retry(holdSession, backoff).pipe(
    Effect.ignore,
    Effect.andThen(Effect.suspend(() => Effect.logWarning(problem.message))),
    Effect.andThen(Effect.sleep("50 millis")),
    Effect.forever,
    Effect.forkScoped
  )
  yield* tried.await

  const withHeld = <A>(run: (held: RedisLooks.Held) => Effect.Effect<A, StoreError>): Effect.Effect<A, StoreError> =>
    Effect.suspend(() => (held === undefined ? Effect.fail(problem) : run(held)))

  const withCurrent = <A>(run: (held: RedisLooks.Held) => Effect.Effect<A, StoreError>): Effect.Effect<A, StoreError> =>
    withHeld((held) => (isReturning ? Effect.fail(returning) : run(held)))

  const resolver = RequestResolver.make<RedisLooks.Look>((entries) =>
    withCurrent((held) => {
      const looks = entries.map(({ request }) => request)
      return Effect.map(RedisLooks.lookAll(held, looks), (seen) => {
        for (const { completeUnsafe, request } of entries) completeUnsafe(Exit.succeed(seen(request)))
      })
    })
  )

  const largeResolver = RequestResolver.make<RedisLooks.Large>((entries) =>
    withCurrent((held) =>
      Effect.forEach(
        RedisLooks.portions(entries, ({ request }) => request.characters),
        (portion) =>
          RedisLooks.lookLarge(
            held,
            portion.map(({ request }) => request.key)
          ).pipe(
            Effect.map((texts) => {
              for (const [index, { completeUnsafe }] of portion.entries()) {
                completeUnsafe(Exit.succeed(texts[index] ?? undefined))
              }
            })
          ),
        { concurrency: 1, discard: true }
      )
    )
  )
  const withLarge = (key: string, characters: number, seen: Seen) =>
    Effect.map(Effect.request(new RedisLooks.Large({ key, characters }), largeResolver), (text) => ({ ...seen, text }))

  return {
    kind: "redis",
    keepsValues: true,
    leaseMillis: RedisLooks.leaseMillis,
    lookNow: (names, key, clock) => {
      if (held === undefined || isReturning || key !== undefined) return undefined
      const versions = RedisLooks.leasedVersions(held, names, clock)
      return versions && { versions, text: undefined, isStored: true }
    },
    look: (names, key) =>
      Effect.flatMap(Effect.request(new RedisLooks.Look({ names, key }), resolver), (seen) => {
        const characters = RedisLooks.largeCharacters(seen.text)
        return key === undefined || characters === undefined ? Effect.succeed(seen) : withLarge(key, characters, seen)
      }),
    write: (writes) =>
      withHeld((held) =>
        Effect.forEach(
          RedisLooks.portions(writes, ({ text }) => text.length),
          // All of one portion travel together.
          (portion) =>
            Effect.forEach(portion, (write) => writeOne(held, scriptId, write), {
              concurrency: "unbounded",
              discard: true
            }),
          { concurrency: 1, discard: true }
        )
      ),
    replace: (names) => withHeld((held) => replaceAll(held, names)),
    clear: withHeld(removeValues),
    size: withCurrent(
      Effect.fnUntraced(function* (held) {
        let entries = 0
        yield* eachPage(held, "v:*", (keys) => Effect.sync(() => (entries += keys.length)))
        const memory = yield* held.session.use((client) => client.sendCommand(["INFO", "memory"]), writeLimit)
        return { entries, bytes: Number(/^used_memory:(\d+)/m.exec(String(memory))?.[1] ?? 0) }
      })
    )
  }
})

const returning = new StoreError({
  store: "redis",
  isBusy: false,
  message: "Redis is there again, and is used in two seconds."
})

const writeOne = Effect.fnUntraced(function* (
  held: RedisLooks.Held,
  scriptId: string,
  { deadAtMillis, key, names, text, versions }: Write
) {
  const lifeMillis = Math.ceil(deadAtMillis - (yield* Clock.currentTimeMillis))
  if (lifeMillis <= 0) return
  const input = {
    keys: [
      RedisLooks.valueKey(held, key),
      RedisLooks.largeKey(held, key),
      ...names.map((name) => RedisLooks.versionKey(held, name))
    ],
    arguments: [...RedisLooks.split(text), String(lifeMillis), ...versions]
  }
  yield* held.session
    .use((client) => client.evalSha(scriptId, input), writeLimit)
    .pipe(
      // Someone has flushed the scripts.
      Effect.catchIf(
        (error) => error.message.includes("NOSCRIPT"),
        () => held.session.use((client) => client.eval(writeScript, input), writeLimit)
      )
    )
})

const replaceAll = Effect.fnUntraced(function* (held: RedisLooks.Held, names: ReadonlyArray<string>) {
  const versions = names.map((name) => RedisLooks.versionKey(held, name))
  const values = names.flatMap((name) => {
    const key = Names.keyOf(name)
    return key === undefined ? [] : [RedisLooks.valueKey(held, key), RedisLooks.largeKey(held, key)]
  })
  const [, found] = yield* held.session.use(
    (client) => Promise.all([client.unlink([...versions, ...values]), client.get(held.epoch.key)]),
    writeLimit
  )
  yield* RedisEpoch.confirm(held.epoch, held.session, found)
  for (const key of versions) held.leases.delete(key)
})

/** Goes through our keys that `pattern` names: all that are there from the first page to the last, each perhaps twice. */
const eachPage = Effect.fnUntraced(function* (
  held: RedisLooks.Held,
  pattern: string,
  take: (keys: ReadonlyArray<string>) => Effect.Effect<unknown, StoreError>
) {
  const options = { MATCH: `${held.space}${pattern}`, COUNT: 1000 }
  let cursor = "0"
  do {
    const from = cursor
    const page = yield* held.session.use((client) => client.scan(from, options), writeLimit)
    yield* take(page.keys)
    cursor = page.cursor
  } while (cursor !== "0")
})

const removeValues = (held: RedisLooks.Held) =>
  eachPage(held, "[vw]:*", (keys) =>
    keys.length === 0 ? Effect.void : held.session.use((client) => client.unlink([...keys]), writeLimit)
  )
