/**
 * SetUpRows: what the set-ups came to, as rows.
 */
import { rounded, type Row } from "../Report.ts"
import * as Figures from "./Figures.ts"
import type { RealModel } from "./RealModel.ts"
import * as SetUps from "./SetUps.ts"

export interface Told {
  readonly figures: ReadonlyArray<Figures.Figures>
  /** The model, where it is no script of this project's: figures of it are marked as real or not. */
  readonly model?: Pick<RealModel, "isReal" | "name">
}

const noteOf = (figures: Figures.Figures): string => {
  const { chainLength, memoryBytes, modelCalls, p95Millis, processorMillis, runs, setUp, shares, toolCalls } = figures
  const memory = `${rounded(memoryBytes / 1e6, 1)} MB ${setUp.isSpawned ? "held by its process" : "of heap more"}`
  return [
    `p95 ${rounded(p95Millis, 0)}, ${runs} runs`,
    `model calls ${modelCalls} in a chain of ${chainLength}, tool calls ${toolCalls}`,
    Figures.parts.map((part) => `${part} ${rounded(shares[part], 1)} %`).join(", "),
    `processor ${rounded(processorMillis, 0)} ms, ${memory}`
  ].join("; ")
}

export const rows = ({ figures, model }: Told): ReadonlyArray<Row> => {
  const suffix = model === undefined ? "" : model.isReal ? " (real)" : " (not real)"
  const asked = model === undefined ? "" : `; ${model.name}`
  const of = (setUp: SetUps.SetUp) => figures.filter((one) => one.setUp === setUp)
  const millis = (setUp: SetUps.SetUp) => Figures.mean(of(setUp), (one) => one.millis)
  const wholes = SetUps.all.map((setUp): Row => ({
    name: `${setUp.name}${suffix}: mean of the ten`,
    value: millis(setUp),
    unit: "ms",
    note: `of their medians; ${rounded(millis(SetUps.before) / millis(setUp), 2)} times as fast as a process a query${asked}`
  }))
  const answers = SetUps.all.map((setUp): Row => {
    const own = of(setUp)
    const runs = own.reduce((sum, one) => sum + one.runs, 0)
    return {
      name: `${setUp.name}${suffix}: answers that name what they must`,
      value: (100 * own.reduce((sum, one) => sum + one.rightAnswers, 0)) / runs,
      unit: "%",
      // A script words its answers as they are checked. A model need not.
      ...(model === undefined && { atLeast: 100 }),
      note: [`${runs} runs`, ...own.flatMap((one) => (one.rightAnswers < one.runs ? [one.question] : []))].join("; ")
    }
  })
  const each = SetUps.all.flatMap((setUp) =>
    of(setUp).map((one): Row => ({
      name: `${setUp.name}${suffix}: ${one.question}`,
      value: one.millis,
      unit: "ms",
      note: noteOf(one)
    }))
  )
  return [...wholes, ...answers, ...each]
}
