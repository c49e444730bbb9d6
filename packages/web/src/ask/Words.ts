/**
 * Words: what the page says of a run and its calls. Pure.
 */
import type { Call, Estimate, RunState } from "../run/RunState.ts"
import * as Units from "../ui/Units.ts"
import type { Route, Source } from "../wire/RunEvent.ts"

/** A tool's name as a person reads it, or a field's: `library_search` is "library search", `tmdbId` is "tmdb id". */
export const toolName = (name: string): string =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase()

export const sourceWord: Readonly<Record<Source, string>> = {
  upstream: "asked",
  memory: "remembered",
  store: "remembered",
  shared: "shared",
  foreseen: "foreseen"
}

export const routeWords: Readonly<Record<Route, string>> = {
  rules: "by rules, without the model",
  plan: "by a plan",
  model: "by the model",
  memory: "remembered"
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const shortest = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

const valueText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""))

/** What a call was given, a line for each: names and values; what is no object is one value without a name. */
export const inputs = (input: unknown): ReadonlyArray<readonly [name: string, value: string]> =>
  isRecord(input)
    ? Object.entries(input)
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([name, value]) => [toolName(name), shortest(valueText(value), 400)])
    : input === null || input === undefined
      ? []
      : [["", shortest(valueText(input), 400)]]

/** The same in one line. */
export const inputLine = (input: unknown): string =>
  shortest(
    inputs(input)
      .map(([name, value]) => (name === "" ? value : `${name}: ${value}`))
      .join(", "),
    160
  )

/** How far a call is, from what it told: in words, and as a share from 0 to 1 where it told that. */
export const progress = (told: unknown): { readonly words: string; readonly share: number | null } => {
  if (typeof told === "string") return { words: shortest(told, 120), share: null }
  if (!isRecord(told)) return { words: "", share: null }
  const number = (...names: ReadonlyArray<string>) =>
    names.map((name) => told[name]).find((value) => typeof value === "number" && Number.isFinite(value))
  const done = number("progress", "done", "current", "loaded")
  const total = number("total", "of", "count")
  const share =
    typeof done === "number" && typeof total === "number" && total > 0 ? Math.min(1, Math.max(0, done / total)) : null
  const message = ["message", "status", "what"].map((name) => told[name]).find((value) => typeof value === "string")
  const parts = [
    ...(typeof message === "string" ? [shortest(message, 120)] : []),
    ...(typeof done === "number" ? [typeof total === "number" ? `${done} of ${total}` : `${done}`] : [])
  ]
  return { words: parts.join(", "), share }
}

/** What became of a call, in a few words. */
export const callWords = (call: Call): string => {
  switch (call.standing) {
    case "waiting":
      return "waits for your word"
    case "running":
      return progress(call.progress).words || (call.startMillis === null ? "waits for a place" : "under way")
    case "client":
      return "for the client to run"
    case "failed":
      return call.problem ?? "failed"
    case "done": {
      const time = Units.duration(call.millis ?? 0)
      return call.source === null || call.source === "upstream" ? time : `${sourceWord[call.source]}, ${time}`
    }
  }
}

/** What an estimate says at `nowMillis` of the run; empty once its time is over. */
export const estimateWords = (
  { atMillis, highMillis, lowMillis, remainingMillis, runs }: Estimate,
  nowMillis: number
): string => {
  const gone = nowMillis - atMillis
  const left = remainingMillis - gone
  const most = highMillis - gone
  if (most <= 0) return "longer than such questions mostly take"
  const range = `${Units.duration(Math.max(0, lowMillis - gone))} to ${Units.duration(most)}`
  return left <= 0
    ? `any moment, at most ${Units.duration(most)} in four of five cases (from ${Units.counted(runs, "run")})`
    : `about ${Units.duration(left)} left (${range}, from ${Units.counted(runs, "run")})`
}

/** How an answer came about, under it. */
export const answeredWords = (run: RunState): string => {
  const remembered = run.calls.filter(({ source }) => source !== null && source !== "upstream").length
  return [
    Units.duration(run.atMillis),
    ...(run.route === null ? [] : [routeWords[run.route]]),
    ...(run.models.length === 0 ? [] : [Units.counted(run.models.length, "model call")]),
    ...(run.calls.length === 0
      ? []
      : [`${Units.counted(run.calls.length, "tool call")}${remembered === 0 ? "" : ` (${remembered} not asked anew)`}`])
  ].join(" · ")
}

const reasons: Readonly<Record<string, string>> = {
  "step-limit": "The most steps that a question may take were used: the answer is from what was there.",
  length: "The model was cut short: the answer is not whole.",
  "content-filter": "The model's provider cut the answer short.",
  budget: "What a question may use is used: the answer is from what was there.",
  deadline: "The time was over: the answer is from what was there.",
  incomplete: "The model's provider did not say that the answer is whole.",
  "client-calls": "The model asked for tools of a client, which this page does not have."
}

/** Why an answer is not as it should be; undefined where it is. */
export const shortfall = (reason: string | null): string | undefined => (reason === null ? undefined : reasons[reason])
