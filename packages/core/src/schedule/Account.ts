/**
 * Account: what a run has said and what its calls came to so far, of which its answer is made where its time is over.
 */
import type { EndReason, Fact } from "../AgentEvent.ts"
import type * as Ledger from "../model/Ledger.ts"
import type { RunLog } from "../RunLog.ts"
import type { Calls } from "./Calls.ts"
import * as Deadline from "./Deadline.ts"

export type Settled = Extract<Fact, { _tag: "ToolSettled" }>

/** How a run ends with an answer. */
export interface End {
  readonly answer: string
  readonly steps: number
  readonly reason: EndReason
}

export interface Account {
  /** The run's log, of which this takes note. */
  readonly log: RunLog
  /** The log that it was made of: of what is told there it takes no note. */
  readonly outer: RunLog
  /** In the order in which they settled. */
  readonly settled: ReadonlyArray<Settled>
  /** What was said since the last `begin`. */
  readonly said: () => string
  /** A step begins, of which nothing is said yet. */
  readonly begin: () => void
  /** Says `delta` to the user in the model's place, at the end; a run that goes on from there reads it. */
  readonly say: (step: number, delta: string) => void
  /** Says what of the last message with calls was given up because the time for tools was over, if anything was. */
  readonly sayMissing: (step: number) => void
  /** Ends a run whose time is over, by `step`, before the model has said all: its answer. */
  readonly outOfTime: (step: number, calls: Calls, steps?: number) => End
}

/** Whether it was given up because the time for tools was over. */
const isCut = ({ problem }: Settled): boolean => problem?.startsWith(Deadline.notInTime) === true

const missingOf = (calls: ReadonlyArray<Settled>) =>
  calls.flatMap(({ name, problem }) => (problem === null ? [] : [{ name, why: problem }]))

/** Of the run that `runLog` tells of. */
export const make = (runLog: RunLog, ledger: Ledger.Ledger | undefined, deadlineMillis = 0): Account => {
  const settled: Array<Settled> = []
  let said = ""
  const say = (step: number, delta: string) => {
    said += delta
    ledger?.text(delta)
    runLog.append({ _tag: "TextDelta", step, delta })
  }
  /** The calls of the last message that had some: the model knew of those before it, and has gone on. */
  const lastCalls = () => {
    const last = settled.at(-1)?.step
    return settled.filter(({ step }) => step === last)
  }
  return {
    log: {
      ...runLog,
      append: (fact) => {
        if (fact._tag === "ToolSettled") settled.push(fact)
        if (fact._tag === "TextDelta") {
          said += fact.delta
          ledger?.text(fact.delta)
        }
        runLog.append(fact)
      }
    },
    outer: runLog,
    settled,
    said: () => said,
    begin: () => {
      said = ""
    },
    say,
    sayMissing: (step) => {
      const missing = missingOf(lastCalls().filter(isCut))
      if (missing.length > 0) say(step, Deadline.missingNote(missing, deadlineMillis))
    },
    outOfTime: (step, calls, steps = step + 1) => {
      calls.cut(Deadline.notInTime)
      ledger?.interrupted()
      const done = settled.filter(({ ok }) => ok).map(({ name }) => name)
      const last = lastCalls()
      const missing = missingOf(last)
      if (last.some((call) => call.step === step)) missing.push(Deadline.restOfMessage)
      say(step, Deadline.unfinishedNote({ text: said, done, missing, deadlineMillis }))
      return { answer: said, steps, reason: "deadline" }
    }
  }
}
