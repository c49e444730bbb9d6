/**
 * Pattern: a small grammar, written as text and read over words, in all the ways there are.
 *
 * **Details**
 *
 * In a pattern a word stands for itself, `<name>` for a rule or a terminal, `(a b|c)` for either, `?` after any of these for
 * "or nothing", and `*` for "any number of times". What a pattern means is merged from its parts; parts that contradict
 * each other are no reading.
 */

type Pattern =
  | { readonly _tag: "Word"; readonly text: string }
  | { readonly _tag: "Named"; readonly name: string }
  | { readonly _tag: "Either"; readonly options: ReadonlyArray<ReadonlyArray<Pattern>> }
  | { readonly _tag: "Repeat"; readonly of: Pattern; readonly most: number }

/** Alternatives of a rule, each with what it means. */
export type Rules<Meaning> = Readonly<Record<string, ReadonlyArray<readonly [pattern: string, meaning?: Meaning]>>>

/** A stretch of words that no pattern can list, such as numbers or names. */
export type Terminal<Meaning> = (
  words: ReadonlyArray<string>,
  at: number
) => ReadonlyArray<{ readonly next: number; readonly meaning: Meaning }>

export interface Grammar<Meaning> {
  readonly rules: Rules<Meaning>
  readonly terminals: Readonly<Record<string, Terminal<Meaning>>>
  readonly nothing: Meaning
  /** Both together; `undefined` where they contradict each other. */
  merge(one: Meaning, other: Meaning): Meaning | undefined
}

const piece = /<[a-z-]+>|[()|?*]|[^\s()|?*]+/g

/** The alternatives that `pieces` hold up to the bracket that ends them. */
const alternatives = (pieces: Iterator<string>): ReadonlyArray<ReadonlyArray<Pattern>> => {
  const options: Array<Array<Pattern>> = [[]]
  for (let next = pieces.next(); next.done !== true && next.value !== ")"; next = pieces.next()) {
    const sequence = options.at(-1) ?? []
    const text = next.value
    if (text === "|") options.push([])
    else if (text === "(") sequence.push({ _tag: "Either", options: alternatives(pieces) })
    else if (text === "?" || text === "*") {
      const of = sequence.pop()
      if (of !== undefined) sequence.push({ _tag: "Repeat", of, most: text === "?" ? 1 : Infinity })
    } else if (text.startsWith("<")) sequence.push({ _tag: "Named", name: text.slice(1, -1) })
    else sequence.push({ _tag: "Word", text })
  }
  return options
}

const compile = (pattern: string): Pattern => ({
  _tag: "Either",
  options: alternatives((pattern.match(piece) ?? [])[Symbol.iterator]())
})

interface Reading<Meaning> {
  readonly at: number
  readonly meaning: Meaning
}

const distinct = <Meaning>(readings: ReadonlyArray<Reading<Meaning>>): ReadonlyArray<Reading<Meaning>> =>
  readings.length < 2 ? readings : [...new Map(readings.map((reading) => [JSON.stringify(reading), reading])).values()]

/** All that `grammar` can say of words, ready to be used again and again. */
export const reader = <Meaning>({ merge, nothing, rules, terminals }: Grammar<Meaning>) => {
  const compiled = new Map(
    Object.entries(rules).map(([name, options]) => [
      name,
      options.map(([pattern, meaning = nothing]) => ({ pattern: compile(pattern), meaning }))
    ])
  )

  const vocabulary = new Set(
    Object.values(rules)
      .flat()
      .flatMap(([pattern]) => pattern.match(piece) ?? [])
      .filter((text) => /^[a-z]/.test(text))
  )

  const read = (words: ReadonlyArray<string>, rule: string): ReadonlyArray<Meaning> => {
    const merged = (found: ReadonlyArray<Reading<Meaning>>, meaning: Meaning) =>
      found.flatMap((reading) => {
        const both = merge(meaning, reading.meaning)
        return both === undefined ? [] : [{ at: reading.at, meaning: both }]
      })

    const named = (name: string, { at, meaning }: Reading<Meaning>): ReadonlyArray<Reading<Meaning>> => {
      const found = terminals[name]?.(words, at).map(({ meaning, next }) => ({ at: next, meaning })) ?? []
      const options = (compiled.get(name) ?? []).flatMap((option) =>
        merged([{ at, meaning: option.meaning }], meaning).flatMap((reading) => one(option.pattern, reading))
      )
      return distinct([...merged(found, meaning), ...options])
    }

    const one = (pattern: Pattern, reading: Reading<Meaning>): ReadonlyArray<Reading<Meaning>> => {
      switch (pattern._tag) {
        case "Word":
          return words[reading.at] === pattern.text ? [{ ...reading, at: reading.at + 1 }] : []
        case "Named":
          return named(pattern.name, reading)
        case "Either":
          return pattern.options.flatMap((option) =>
            option.reduce<ReadonlyArray<Reading<Meaning>>>(
              (readings, part) => readings.flatMap((reading) => one(part, reading)),
              [reading]
            )
          )
        case "Repeat": {
          const all = [reading]
          let last: ReadonlyArray<Reading<Meaning>> = all
          for (let times = 0; times < pattern.most && last.length > 0; times++) {
            last = distinct(last.flatMap((before) => one(pattern.of, before).filter(({ at }) => at > before.at)))
            all.push(...last)
          }
          return distinct(all)
        }
      }
    }

    return named(rule, { at: 0, meaning: nothing }).flatMap(({ at, meaning }) => (at === words.length ? [meaning] : []))
  }

  return {
    /** Every word that a pattern knows. */
    vocabulary,
    /** What `words` mean as a whole, each meaning once, by `rule`. Empty where a word is left over. */
    read
  }
}
