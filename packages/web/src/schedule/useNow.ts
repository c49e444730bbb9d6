/**
 * useNow: how long a run has taken, as it goes: some fifteen times a second, and four times where motion is not wanted.
 */
import { useEffect, useState } from "preact/hooks"

import type { LiveRun } from "../run/LiveRun.ts"

const frameMillis = 64
const calmMillis = 250

/** In milliseconds; stands still where `isRunning` is false. */
export const useNow = (run: LiveRun, isRunning: boolean): number => {
  const [nowMillis, setNow] = useState(0)
  useEffect(() => {
    if (!isRunning) return
    const look = () => setNow(Math.max(0, performance.now() - run.beganAt()))
    look()
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      const timer = globalThis.setInterval(look, calmMillis)
      return () => clearInterval(timer)
    }
    let drawnAt = -Infinity
    let frame = 0
    const draw = (at: number) => {
      if (at - drawnAt >= frameMillis - 2) {
        drawnAt = at
        look()
      }
      frame = requestAnimationFrame(draw)
    }
    frame = requestAnimationFrame(draw)
    return () => cancelAnimationFrame(frame)
  }, [run, isRunning])
  return nowMillis
}
