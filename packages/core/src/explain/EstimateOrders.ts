/**
 * EstimateOrders: in which order the parts of a forecast are drawn, so that few draws stand for many. Pure, and the same each time.
 *
 * **Details**
 *
 * Each part is drawn once from each of `EstimateSketch.strata` equal shares of what was seen of it, in an order of its own that
 * never changes: a Latin hypercube (McKay, Beckman, Conover: "A comparison of three methods for selecting values of input
 * variables", Technometrics 1979), which needs a tenth of the draws that chance would, and no chance.
 */
import { strata } from "./EstimateSketch.ts"

/** Parts beyond have the orders of the first ones. */
const maxOrders = 72

/** For each part, the strata in an order of its own. */
const orders: ReadonlyArray<Uint8Array> = (() => {
  let state = 20_260_101
  const next = (below: number): number => {
    // Lehmer's generator, with the multiplier of Park and Miller.
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  return Array.from({ length: maxOrders }, () => {
    const order = Uint8Array.from({ length: strata }, (_, index) => index)
    for (let index = strata - 1; index > 0; index--) {
      const other = next(index + 1)
      const held = order[index] ?? 0
      order[index] = order[other] ?? 0
      order[other] = held
    }
    return order
  })
})()

/** The stratum of a part, by its number, in the draw `index`. */
export const stratumOf = (part: number, index: number): number => orders[part % maxOrders]?.[index] ?? 0
/** The share (0-1) in its middle. */
export const shareOf = (part: number, index: number): number => (stratumOf(part, index) + 0.5) / strata
