/**
 * Certainty: what many tests at once say together: one of twenty is "significant" by chance alone. Pure.
 */

/** A test: what came out, and the smallest that could have. */
export interface Test {
  readonly p: number
  readonly leastP: number
}

/**
 * Which tests can say anything at all at `alpha`: those of too few values would only weaken the others.
 *
 * Tarone (Biometrics 46, 1990): the smallest k for which no more than k tests can reach alpha / k. Looks at no outcome, so
 * that the choice does not favour any.
 */
const able = (tests: ReadonlyArray<Test>, alpha: number): ReadonlyArray<boolean> => {
  for (let k = 1; ; k++) {
    const can = tests.map(({ leastP }) => leastP <= alpha / k)
    if (can.filter(Boolean).length <= k) return can
  }
}

/**
 * Each probability made so great that one under `alpha` means: the chance of a single false one among all is at most `alpha`
 * (Holm, Scandinavian Journal of Statistics 6, 1979). In the order given.
 */
export const holm = (probabilities: ReadonlyArray<number>): ReadonlyArray<number> => {
  const order = probabilities.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p)
  const adjusted = probabilities.map(() => 1)
  let reached = 0
  for (const [place, { index, p }] of order.entries()) {
    reached = Math.max(reached, Math.min(1, p * (order.length - place)))
    adjusted[index] = reached
  }
  return adjusted
}

/** The adjusted probability of each test; `undefined` where it is of too few values to tell. */
export const judge = (tests: ReadonlyArray<Test>, alpha: number): ReadonlyArray<number | undefined> => {
  const can = able(tests, alpha)
  const adjusted = holm(tests.flatMap(({ p }, index) => (can[index] === true ? [p] : [])))
  let next = 0
  return can.map((isAble) => (isAble ? adjusted[next++] : undefined))
}
