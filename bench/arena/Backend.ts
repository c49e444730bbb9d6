/**
 * Backend: what the tools of the arena give back. Pure, so that a script can state in its arguments what a model would have
 * read in earlier results.
 *
 * Each call carries its run's mark (`~` and six digits) in one of its texts and each result gives it back; but for it, a
 * result does not depend on the run.
 */
import type { tools } from "./Tools.ts"

type Name = (typeof tools)[number]["name"]
type Input = Readonly<Record<string, unknown>>

export const markOf = (run: number): string => `~${String(run).padStart(6, "0")}`

const mark = /~\d{6}/

/** A number from 0 to 99,999 that stands for `text`, whichever run it belongs to. */
const numberOf = (text: string): number => {
  let hash = 0
  for (const unit of text.replace(mark, "")) hash = (hash * 31 + unit.charCodeAt(0)) % 99_991
  return hash
}

const title = (text: string) => {
  const number = numberOf(text)
  return {
    id: `tt${1_000_000 + number}`,
    title: `The ${["Long", "Quiet", "Last", "Hidden", "Second"][number % 5]} ${["Voyage", "Winter", "Signal", "Garden"][number % 4]}`,
    year: 1960 + (number % 65),
    rating: (50 + (number % 50)) / 10
  }
}

export const found = (text: string, count: number) =>
  Array.from({ length: count }, (_, index) => title(`${text}/${index}`))

const padding = "kzvqmxwpjhtnrdlcgsbf"

/** The `n`-th of a row of ids of `length` characters, each of which is the `next` of the one before it. */
export const handle = (n: number, mark: string, length: number): string =>
  `h${n}${mark}.`.padEnd(length, padding.slice(n % padding.length) + padding)

const handleLength = 79

const nextOf = (id: string): string =>
  handle(1 + Number(/^h(\d+)~/.exec(id)?.[1] ?? 0), mark.exec(id)?.[0] ?? "", handleLength)

const compute = (operation: unknown, values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) =>
    operation === "add" ? sum + value : operation === "subtract" ? sum - value : sum / value
  )

const numbers = (value: unknown): ReadonlyArray<number> => (Array.isArray(value) ? value.map(Number) : [])
const texts = (value: unknown): ReadonlyArray<string> => (Array.isArray(value) ? value.map(String) : [])

/** What each tool gives back for `input`. */
export const results = {
  search: ({ query }: Input) => ({ query: String(query), items: found(String(query), 3) }),
  get: ({ id }: Input) => ({ ...title(String(id)), id: String(id), next: nextOf(String(id)) }),
  crawl: ({ id }: Input) => ({ ...title(String(id)), id: String(id), next: nextOf(String(id)) }),
  choose: ({ ids, wish }: Input) => ({
    wish: String(wish),
    id: texts(ids)[numberOf(String(wish)) % texts(ids).length] ?? ""
  }),
  compute: ({ label, operation, values }: Input) => ({
    label: String(label),
    value: Number(compute(operation, numbers(values)).toFixed(3))
  }),
  list: ({ filter, shelf }: Input) => ({
    filter: String(filter),
    items: found(`${String(shelf)} ${String(filter)}`, 4)
  })
} satisfies Record<Name, (input: Input) => object>
