/**
 * Normal: the standard normal distribution. Pure.
 */

/**
 * The probability of more than `z`: half of the complementary error function, by the continued fraction of its upper tail or
 * the series of its middle (Abramowitz and Stegun 26.2.14 and 26.2.10). True to 1e-12.
 */
export const upperTail = (z: number): number => {
  if (z < 0) return 1 - upperTail(-z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z < 3) {
    let term = z
    let sum = z
    for (let n = 1; n < 100; n++) {
      term *= (z * z) / (2 * n + 1)
      sum += term
    }
    return 0.5 - density * sum
  }
  let fraction = 0
  for (let n = 100; n > 0; n--) fraction = n / (z + fraction)
  return density / (z + fraction)
}

/** What `probability` of all lies above, for one from 0 to a half: by bisection, true to 1e-9. */
export const upperQuantile = (probability: number): number => {
  let low = 0
  let high = 40
  while (high - low > 1e-9) {
    const middle = (low + high) / 2
    if (upperTail(middle) > probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}
