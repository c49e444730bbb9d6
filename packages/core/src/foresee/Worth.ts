/**
 * Worth: whether guesses of one kind pay. A kind that is wrong too often rests, and is tried again after a while.
 */
import * as Context from "effect/Context"

/** The weight of guesses from which a kind may rest: that of four in a row. */
const leastTried = 3.7
/** The share of right ones under which a kind rests. */
const leastRight = 0.25
/** How often a kind that rests is passed over before it is tried once more. */
const restLength = 16
/** What one more guess leaves of the weight of those before it, so that some twenty count. */
const decay = 0.95
/** Of so many guesses of a kind one is not shown to the model: whether it asks for it then says what the others were worth. */
const trialEach = 16
/** Kinds that are kept; beyond them the one that was judged longest ago is forgotten. */
const mostKinds = 1000

interface Kind {
  readonly tried: number
  readonly right: number
  /** Guesses that were tried, judged or not. */
  made: number
  /** How often it is still to be passed over. */
  resting: number
}

/** Sums since the process began. */
export interface WorthStats {
  readonly right: number
  readonly wrong: number
  /** Guesses that were not tried, because their kind rests. */
  readonly rested: number
}

export interface Worth {
  /**
   * Whether to try a guess of `kind` now, and to show what it gives, or to try it without showing it, as a trial. Asked once a
   * guess.
   */
  mayTry(kind: string): "shown" | "hidden" | undefined
  judged(kind: string, wasRight: boolean): void
  stats(): WorthStats
}

export const makeUnsafe = (): Worth => {
  const kinds = new Map<string, Kind>()
  const sums = { right: 0, wrong: 0, rested: 0 }
  /** The one asked for last comes last. */
  const kindOf = (name: string): Kind => {
    const kind = kinds.get(name) ?? { tried: 0, right: 0, made: 0, resting: 0 }
    kinds.delete(name)
    kinds.set(name, kind)
    const [oldest] = kinds.keys()
    if (kinds.size > mostKinds && oldest !== undefined) kinds.delete(oldest)
    return kind
  }
  return {
    mayTry: (name) => {
      const kind = kindOf(name)
      if (kind.resting > 0) {
        kind.resting--
        sums.rested++
        return undefined
      }
      kind.made++
      return kind.made % trialEach === 0 ? "hidden" : "shown"
    },
    judged: (name, wasRight) => {
      sums[wasRight ? "right" : "wrong"]++
      const { made, right, tried } = kindOf(name)
      const now = { tried: tried * decay + 1, right: right * decay + (wasRight ? 1 : 0) }
      const rests = now.tried >= leastTried && now.right / now.tried < leastRight
      kinds.set(name, { ...now, made, resting: rests ? restLength : 0 })
    },
    stats: () => ({ ...sums })
  }
}

/** One for the process where none is provided: what pays is learned over all runs. */
export const Worth = Context.Reference<Worth>("@callsheet/core/Worth", { defaultValue: makeUnsafe })
