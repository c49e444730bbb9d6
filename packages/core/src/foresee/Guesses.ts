/**
 * Guesses: what the router of a question foresees, as far as guesses of that kind have paid so far.
 */
import type { Guess } from "./Foresight.ts"
import type { Analysis } from "./Route.ts"
import type { Wishes } from "./Wishes.ts"
import type { Worth } from "./Worth.ts"

/**
 * What grants a wish is not shown: the model is to choose the call, which is served at once and words its own result, so that
 * the model need not.
 */
export const of = (analysis: Analysis | undefined, wishes: Wishes | undefined, worth: Worth): ReadonlyArray<Guess> =>
  analysis === undefined
    ? []
    : analysis.foreseen.flatMap(({ name, parameters }) => {
        const kind = `${analysis.intent ?? ""} ${name}`
        if (!worth.mayTry(kind)) return []
        const judge = (wasRight: boolean) => worth.judged(kind, wasRight)
        return [{ name, parameters, isShown: wishes?.isGrantedBy(name) !== true, judge }]
      })
