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

/** Two grammars have most of their rules in common. */
const compiledOnce = new Map<string, Pattern>()

const compile = (pattern: string): Pattern => {
  const known = compiledOnce.get(pattern)
  if (known !== undefined) return known
  const made: Pattern = { _tag: "Either", options: alternatives((pattern.match(piece) ?? [])[Symbol.iterator]()) }
  compiledOnce.set(pattern, made)
  return made
}

interface Option<Meaning> {
  readonly pattern: Pattern
  readonly meaning: Meaning
}

/** With what a rule may begin: words, and terminals in brackets. */
interface Start<Meaning> {
  readonly texts: Set<string>
  mayBeEmpty: boolean
  /** Its options by these; of "" those that may be nothing. */
  readonly by: Map<string, Array<Option<Meaning>>>
}

interface Reading<Meaning> {
  readonly at: number
  readonly meaning: Meaning
}

const distinct = <Meaning>(readings: ReadonlyArray<Reading<Meaning>>): ReadonlyArray<Reading<Meaning>> =>
  readings.length < 2 || new Set(readings.map(({ at }) => at)).size === readings.length
    ? readings
    : [...new Map(readings.map((reading) => [JSON.stringify(reading), reading])).values()]

/**
 * What readings of one sequence of words may cost, in tries and readings compared: a question of sixteen words takes 4,000, and
 * all together some ten milliseconds. Words that can be read in ever more ways, as no question is, are read no further.
 */
const mostSteps = 20_000

/** All that `grammar` can say of words, ready to be used again and again. */
export const reader = <Meaning>({ merge, nothing, rules, terminals }: Grammar<Meaning>) => {
  const compiled = new Map<string, ReadonlyArray<Option<Meaning>>>(
    Object.entries(rules).map(([name, options]) => [
      name,
      options.map(([pattern, meaning = nothing]) => ({ pattern: compile(pattern), meaning }))
    ])
  )

  const starts = new Map<string, Start<Meaning>>()
  /** Adds to `texts` with what `pattern` may begin, and says whether it may be nothing. */
  const begin = (pattern: Pattern, texts: Set<string>): boolean => {
    switch (pattern._tag) {
      case "Word":
        texts.add(pattern.text)
        return false
      case "Named": {
        const start = startOf(pattern.name)
        for (const text of start.texts) texts.add(text)
        return start.mayBeEmpty
      }
      case "Repeat":
        begin(pattern.of, texts)
        return true
      case "Either": {
        // Each of the options adds what it may begin with.
        const isEmpty = pattern.options.map((parts) => parts.every((part) => begin(part, texts)))
        return isEmpty.includes(true)
      }
    }
  }
  const startOf = (name: string): Start<Meaning> => {
    const known = starts.get(name)
    if (known !== undefined) return known
    const start: Start<Meaning> = { texts: new Set(), mayBeEmpty: false, by: new Map() }
    if (Object.hasOwn(terminals, name)) start.texts.add(`<${name}>`)
    // What a rule begins with itself is no beginning.
    starts.set(name, start)
    for (const option of compiled.get(name) ?? []) {
      const texts = new Set<string>()
      const mayBeEmpty = begin(option.pattern, texts)
      for (const text of texts) start.texts.add(text)
      if (mayBeEmpty) {
        start.mayBeEmpty = true
        texts.add("")
      }
      for (const text of texts) {
        const options = start.by.get(text)
        if (options === undefined) start.by.set(text, [option])
        else options.push(option)
      }
    }
    return start
  }

  const vocabulary = new Set(
    Object.values(rules)
      .flat()
      .flatMap(([pattern]) => pattern.match(piece) ?? [])
      .filter((text) => /^[a-z]/.test(text))
  )

  /** Readings of one sequence of words; none once they cost too much. What a rule says at a place is found out once. */
  const over = (words: ReadonlyArray<string>) => {
    let steps = 0
    const compared = (readings: ReadonlyArray<Reading<Meaning>>): ReadonlyArray<Reading<Meaning>> => {
      steps += readings.length
      return distinct(readings)
    }
    const known = new Map<string, Array<ReadonlyArray<Reading<Meaning>> | undefined>>()
    const begins: Array<ReadonlyArray<string> | undefined> = []

    /** With what a stretch at a place may begin: its word, and the terminals that know it. */
    const beginsAt = (at: number): ReadonlyArray<string> => {
      const before = begins[at]
      if (before !== undefined) return before
      const found = Object.keys(terminals).filter((name) => (terminals[name]?.(words, at) ?? []).length > 0)
      const all = ["", words[at] ?? "", ...found.map((name) => `<${name}>`)]
      begins[at] = all
      return all
    }

    const merged = (found: ReadonlyArray<Reading<Meaning>>, meaning: Meaning): ReadonlyArray<Reading<Meaning>> =>
      meaning === nothing
        ? found
        : found.flatMap((reading) => {
            const both = reading.meaning === nothing ? meaning : merge(meaning, reading.meaning)
            return both === undefined ? [] : [{ at: reading.at, meaning: both }]
          })

    const from = (name: string, at: number): ReadonlyArray<Reading<Meaning>> => {
      const places = known.get(name) ?? []
      known.set(name, places)
      const before = places[at]
      if (before !== undefined) return before
      const found = terminals[name]?.(words, at).map(({ meaning, next }) => ({ at: next, meaning })) ?? []
      const { by } = startOf(name)
      const fitting = new Set(beginsAt(at).flatMap((text) => by.get(text) ?? []))
      const start = { at, meaning: nothing }
      for (const { meaning, pattern } of fitting) found.push(...merged(one(pattern, start), meaning))
      const all = compared(found)
      places[at] = all
      return all
    }

    const one = (pattern: Pattern, reading: Reading<Meaning>): ReadonlyArray<Reading<Meaning>> => {
      steps++
      if (steps > mostSteps) return []
      switch (pattern._tag) {
        case "Word":
          return words[reading.at] === pattern.text ? [{ at: reading.at + 1, meaning: reading.meaning }] : []
        case "Named":
          return merged(from(pattern.name, reading.at), reading.meaning)
        case "Either": {
          const all: Array<Reading<Meaning>> = []
          for (const option of pattern.options) {
            const [first] = option
            if (first?._tag === "Word" && first.text !== words[reading.at]) continue
            let readings: ReadonlyArray<Reading<Meaning>> = [reading]
            for (const part of option) {
              readings = readings.flatMap((reading) => one(part, reading))
              if (readings.length === 0) break
            }
            all.push(...readings)
          }
          return all
        }
        case "Repeat": {
          const all = [reading]
          let last: ReadonlyArray<Reading<Meaning>> = all
          for (let times = 0; times < pattern.most && last.length > 0; times++) {
            last = compared(last.flatMap((before) => one(pattern.of, before).filter(({ at }) => at > before.at)))
            all.push(...last)
          }
          return compared(all)
        }
      }
    }

    // Of what was cut short nobody knows what it lacks.
    return (name: string, at: number): ReadonlyArray<Reading<Meaning>> => {
      const found = from(name, at)
      return steps > mostSteps ? [] : found
    }
  }

  return {
    /** Every word that a pattern knows. */
    vocabulary,
    /** What `words` mean as a whole, each meaning once, by `rule`. Empty where a word is left over. */
    read: (words: ReadonlyArray<string>, rule: string): ReadonlyArray<Meaning> =>
      over(words)(rule, 0).flatMap(({ at, meaning }) => (at === words.length ? [meaning] : [])),
    /** What `words` mean by a rule from a place on, up to wherever it may end (`at`). */
    over
  }
}
