/**
 * SqliteStatsStore: figures in one SQLite file, which several processes may share, and which outlives them. It may be that of
 * `SqliteRunStore`. The package's boundary to `node:sqlite` for figures, which answers at once and throws.
 */
import type { DatabaseSync } from "node:sqlite"

import * as SqliteFile from "@callsheet/cache/store/SqliteFile"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import type { StoreFailed } from "../RunError.ts"
import { RunFigures } from "../stats/RunFigures.ts"
import { Sample } from "../stats/Sample.ts"
import { type Bounds, type Range, StatsStore, standardBounds } from "../StatsStore.ts"
import * as Guarded from "./Guarded.ts"
import * as StateFile from "./StateFile.ts"
import * as WriteBehind from "./WriteBehind.ts"

const tables = `
  CREATE TABLE IF NOT EXISTS figures (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, data TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS figures_at ON figures (at);
  CREATE TABLE IF NOT EXISTS sample (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, data TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS sample_at ON sample (at);
`

const tidyMillis = 300_000

/**
 * Rows are thinned out by their number, scattered (Knuth's multiplicative hash) since several processes may write by turns: of numbers that
 * follow one another each part has as many.
 */
const spread = 2_654_435_761
const parts = 65_536

/** Read at a time: that blocks the process. */
const pageSize = 1_000

/** One of the two tables: entries as JSON, by their time. What another version wrote, and this cannot read, is passed over. */
const tableOf = <S extends Schema.ConstraintCodec<unknown, unknown>>(
  database: DatabaseSync,
  name: "figures" | "sample",
  schema: S
) => {
  const json = Schema.fromJsonString(schema)
  const decode = Schema.decodeUnknownOption(json)
  const encode = Schema.encodeUnknownOption(json)
  const add = database.prepare(`INSERT INTO ${name} (at, data) VALUES (?, ?)`)
  const read = database.prepare(
    `SELECT data FROM ${name} WHERE at >= ? AND at < ? AND n * ${spread} % ${parts} < ? ORDER BY at DESC, n DESC LIMIT ? OFFSET ?`
  )
  const count = database.prepare(`SELECT count(*) AS count FROM ${name} WHERE at >= ? AND at < ?`)
  const forgetBefore = database.prepare(`DELETE FROM ${name} WHERE at <= ?`)
  const forgetMost = database.prepare(
    `DELETE FROM ${name} WHERE n IN (SELECT n FROM ${name} ORDER BY at DESC, n DESC LIMIT -1 OFFSET ?)`
  )
  return {
    encode,
    add: (atMillis: number, text: string) => add.run(Math.floor(atMillis), text),
    /** How many there are, all in all. */
    count: ({ fromMillis, toMillis }: Range): number =>
      SqliteFile.number(count.get(Math.ceil(fromMillis), Math.ceil(toMillis)), "count"),
    /** The newest first; of all of them about the given share. */
    read: ({ fromMillis, toMillis }: Range, offset: number, limit: number, share = 1) =>
      read
        .all(Math.ceil(fromMillis), Math.ceil(toMillis), Math.ceil(share * parts), limit, offset)
        .flatMap((row) => Option.toArray(decode(SqliteFile.text(row, "data")))),
    tidy: (deadMillis: number, most: number) => {
      forgetBefore.run(Math.floor(deadMillis))
      forgetMost.run(most)
    }
  }
}

const open = (path: string) => {
  const database = StateFile.open(path, (database) => database.exec(tables))
  try {
    return {
      runs: tableOf(database, "figures", RunFigures),
      samples: tableOf(database, "sample", Sample),
      transaction: <A>(run: () => A) => StateFile.transaction(database, run),
      close: () => database.close()
    }
  } catch (cause) {
    database.close()
    throw cause
  }
}

interface Write {
  readonly table: "runs" | "samples"
  readonly atMillis: number
  readonly text: string
}

const make = Effect.fnUntraced(function* (path: string, bounds: Bounds) {
  const { atTime, attempt } = Guarded.make(path)
  const file = yield* Effect.acquireRelease(
    attempt(() => open(path)),
    (file) => Guarded.orLogged(attempt(() => file.close()))
  )
  const tidy = atTime((nowMillis) =>
    file.transaction(() => {
      file.runs.tidy(nowMillis - Duration.toMillis(bounds.keepRuns), bounds.runs)
      file.samples.tidy(nowMillis - Duration.toMillis(bounds.keepSamples), bounds.samples)
    })
  )
  yield* Effect.andThen(Guarded.orLogged(tidy), Effect.sleep(tidyMillis)).pipe(Effect.forever, Effect.forkScoped)
  const behind = yield* WriteBehind.make((writes: ReadonlyArray<Write>) =>
    Guarded.orLogged(
      attempt(() =>
        file.transaction(() => {
          for (const { atMillis, table, text } of writes) file[table].add(atMillis, text)
        })
      )
    )
  )
  const add = (table: Write["table"], atMillis: number, text: Option.Option<string>) => {
    if (Option.isSome(text)) behind.offer({ table, atMillis, text: text.value }, text.value.length, false)
  }
  return StatsStore.of({
    addRun: (figures) => add("runs", figures.endedAtMillis, file.runs.encode(figures)),
    addSample: (sample) => add("samples", sample.atMillis, file.samples.encode(sample)),
    runs: (range, offset, limit) =>
      Effect.andThen(
        behind.flush,
        attempt(() => file.runs.read(range, offset, limit))
      ),
    samples: Effect.fnUntraced(function* (range, most) {
      yield* behind.flush
      const share = Math.min(1, most / Math.max(1, yield* attempt(() => file.samples.count(range))))
      const found: Array<Sample> = []
      for (let offset = 0; ; offset += pageSize) {
        const page = yield* attempt(() => file.samples.read(range, offset, pageSize, share))
        found.push(...page)
        if (page.length < pageSize) return found
        yield* Effect.yieldNow
      }
    })
  })
})

/** Fails where the file at `path` cannot be used, or is of something else: it is left as it is. */
export const layer = (path: string, bounds: Partial<Bounds> = {}): Layer.Layer<StatsStore, StoreFailed> =>
  Layer.effect(StatsStore, make(path, { ...standardBounds, ...bounds }))
