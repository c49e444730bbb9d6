/**
 * ReportText: a report as a person reads it. Pure.
 */
import { fit, folded, pad } from "../TerminalFit.ts"
import { oneLine } from "../TerminalText.ts"
import { count, duration } from "../TimeLine.ts"
import type { Comparison } from "./Comparison.ts"
import type { Day, Question } from "./Digest.ts"
import type { Report } from "./Report.ts"

const percent = (share: number): string => `${(share * 100).toFixed(share > 0.995 && share < 1 ? 1 : 0)} %`

/** All digits, or millions from a million on. */
const tokens = (count: number): string =>
  count < 1e6 ? String(count) : `${(count / 1e6).toFixed(count < 1e8 ? 1 : 0)}M`

const figures = ({
  answeredShare,
  hitShare,
  inputTokens,
  modelCalls,
  outputTokens,
  p50Millis,
  p95Millis,
  queries
}: Omit<Day, "day">) =>
  [
    String(queries).padStart(6),
    percent(answeredShare).padStart(6),
    duration(p50Millis).padStart(9),
    duration(p95Millis).padStart(9),
    modelCalls.toFixed(1).padStart(7),
    tokens(inputTokens + outputTokens).padStart(7),
    (hitShare === null ? "-" : percent(hitShare)).padStart(6)
  ].join("")

/** Queries, those answered in full, times, model calls a query, tokens of all, tool calls from memory. */
const heads = " asked whole      p50      p95 models tokens  hits"

const figuresWidth = heads.length

const questionRows = (questions: ReadonlyArray<Question>, columns: number): ReadonlyArray<string> =>
  questions.flatMap((question) => {
    const width = columns - figuresWidth
    // Where figures leave no room for words, they have a line of their own.
    return width < 24
      ? [fit(oneLine(question.question), columns), figures(question)]
      : [`${pad(fit(oneLine(question.question), width - 1), width)}${figures(question)}`]
  })

const how = ({ before, now, what }: Comparison): string => {
  switch (what) {
    case "time":
      return `${duration(before.value)} → ${duration(now.value)}`
    case "answered":
      return `answered ${percent(before.value)} → ${percent(now.value)}`
    case "without-model":
      return `without the model ${percent(before.value)} → ${percent(now.value)}`
  }
}

const signed = (millis: number): string => `${millis < 0 ? "-" : "+"}${duration(Math.abs(millis))}`

const comparisonRows = (comparison: Comparison, columns: number): ReadonlyArray<string> => {
  const { before, interval, isDemo, model, now, p, question, route, shiftMillis, verdict } = comparison
  const setup = [route ?? undefined, model, isDemo ? "demo services" : undefined].filter((part) => part !== undefined)
  const shift =
    shiftMillis === null || interval === null
      ? ""
      : `, ${signed(shiftMillis)} (${signed(interval[0])} to ${signed(interval[1])})`
  const sure = p === null ? "" : `, p ${p < 0.0001 ? "< 0.0001" : p.toFixed(4)}`
  const mark = { regression: "✗", improvement: "✓", "no difference": "=", "too few to tell": "?" }[verdict]
  return [
    ...folded(oneLine(`${mark} ${verdict}: ${question} (${setup.join(", ")})`), columns, 2),
    ...folded(`${how(comparison)}${shift}; ${before.runs} and ${now.runs} runs${sure}`, columns - 4).map(
      (line) => `    ${line}`
    )
  ]
}

const compared = ({ comparison }: Report, columns: number): ReadonlyArray<string> => {
  if (comparison === null) return []
  const { comparisons, runs } = comparison
  const number = (wanted: Comparison["verdict"]) => comparisons.filter(({ verdict }) => verdict === wanted).length
  const told = comparisons.filter(({ verdict }) => verdict === "regression" || verdict === "improvement")
  const few = number("too few to tell")
  const nothing = runs === 0 ? "No run began since it." : "Nothing of it was asked before: there is nothing to compare."
  return [
    "",
    ...folded(
      `Since the baseline, in ${count(runs, "run")}: ${count(number("regression"), "regression")}, ${count(number("improvement"), "improvement")}, ${number("no difference")} without a difference, ${few} too few to tell`,
      columns
    ),
    ...told.flatMap((one) => comparisonRows(one, columns)),
    ...(comparisons.length === 0 ? [nothing] : []),
    ...(told.length === 0 && few > 0 && few === comparisons.length
      ? ["Too few to tell: ask the same questions more often, before and after."]
      : [])
  ]
}

/** In lines that `columns` cells hold. */
export const lines = (report: Report, columns: number): ReadonlyArray<string> => {
  const { days, from, mostAsked, runs, slowest, unreadable } = report
  const damaged = unreadable === 0 ? "" : `, and ${count(unreadable, "line")} that cannot be read`
  return [
    ...folded(oneLine(`${count(runs, "run")} in ${from}${damaged}`), columns),
    ...(runs === 0
      ? folded("Each question adds one, unless demo services answer it and CALLSHEET_LOG names no file.", columns)
      : [
          "",
          `${"".padEnd(10)}${heads}`,
          ...days.map((day) => `${day.day}${figures(day)}`),
          "",
          "Most asked",
          ...questionRows(mostAsked, columns),
          "",
          "Slowest",
          ...questionRows(slowest, columns)
        ]),
    ...compared(report, columns)
  ]
}
