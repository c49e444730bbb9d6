/**
 * Remaining: how long a run will still take, as far as it is known, and how long it has taken. Its room is there from the beginning.
 */
import { useEffect, useState } from "preact/hooks"

import type { LiveRun } from "../run/LiveRun.ts"
import type { Estimate } from "../run/RunState.ts"
import * as Units from "../ui/Units.ts"
import * as Words from "./Words.ts"

/** Often enough for tenths of a second. */
const everyMillis = 200

export const Remaining = ({ estimate, run }: { readonly estimate: Estimate | null; readonly run: LiveRun }) => {
  const [nowMillis, setNow] = useState(0)
  useEffect(() => {
    const look = () => setNow(Math.max(0, performance.now() - run.beganAt()))
    look()
    const timer = globalThis.setInterval(look, everyMillis)
    return () => clearInterval(timer)
  }, [run])
  const whole = estimate === null ? 0 : estimate.atMillis + estimate.remainingMillis
  return (
    <div class="remaining">
      <progress aria-label="Answering" {...(whole > 0 ? { value: Math.min(0.98, nowMillis / whole) } : {})} />
      <p class="quiet-text small">
        {`${Units.duration(nowMillis)}${estimate === null ? "" : ` · ${Words.estimateWords(estimate, nowMillis)}`}`}
      </p>
    </div>
  )
}
