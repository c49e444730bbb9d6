/**
 * `callsheet profile`: where the time of a question went, or of a run in a trace of any agent: the schedule, the table of what
 * took it, and what would have saved most.
 */
import * as OtlpJson from "@callsheet/core/explain/OtlpJson"
import * as Profile from "@callsheet/core/explain/Profile"
import type { RecordedSpan } from "@callsheet/core/explain/Trace"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"

import * as Asking from "../Asking.ts"
import type * as AskLine from "../AskLine.ts"
import { ExitError, failed } from "../ExitError.ts"
import * as ProfileJson from "../ProfileJson.ts"
import * as ProfileScreen from "../ProfileScreen.ts"
import * as Profiling from "../Profiling.ts"
import { oneLine } from "../TerminalText.ts"
import { count, duration } from "../TimeLine.ts"

export interface Options extends Omit<AskLine.Options, "question" | "profile"> {
  readonly question: Option.Option<string>
  /** Where the trace for Chrome and Perfetto is written. */
  readonly chrome: Option.Option<string>
  /** A trace, in the place of a question. */
  readonly from: Option.Option<string>
  /** Which run of it, from 1; the longest where none is named. */
  readonly run: Option.Option<number>
}

const wrongUsage = (problem: string) => new ExitError({ status: 2, problem })

const tell = Effect.fnUntraced(function* (
  { chrome, json }: Options,
  profiled: Profiling.Profiled,
  answer: string | null
) {
  yield* json ? Console.log(JSON.stringify(ProfileJson.make(profiled, answer))) : ProfileScreen.show(profiled)
  if (Option.isNone(chrome)) return
  const files = yield* FileSystem.FileSystem
  const ChromeTrace = yield* Effect.promise(() => import("@callsheet/core/explain/ChromeTrace"))
  const trace = JSON.stringify(ChromeTrace.of(profiled.profile))
  yield* Effect.mapError(files.writeFileString(chrome.value, trace), (error) =>
    failed(`${chrome.value} cannot be written (${error.message}).`)
  )
  yield* Console.error(`The trace is in ${chrome.value}: open it in chrome://tracing or ui.perfetto.dev.`)
})

/** Runs in a list, at most. */
const listed = 20

/** The run of `runs` that is asked for; `undefined` for the longest, where several are listed. */
const chosen = Effect.fnUntraced(function* (runs: ReadonlyArray<RecordedSpan>, wanted: Option.Option<number>) {
  if (Option.isSome(wanted)) {
    return (
      runs[wanted.value - 1] ??
      (yield* wrongUsage(
        `--run ${wanted.value}: there ${runs.length === 1 ? "is" : "are"} ${count(runs.length, "run")}.`
      ))
    )
  }
  if (runs.length > 1) {
    const lines = runs
      .slice(0, listed)
      .map(
        ({ endMillis, name, startMillis }, index) =>
          `  ${index + 1}  ${oneLine(name)}, ${duration(endMillis - startMillis)}`
      )
    const more = runs.length > listed ? "\n  ..." : ""
    yield* Console.error(
      `${count(runs.length, "run")}; this is the longest (choose another by --run):\n${lines.join("\n")}${more}`
    )
  }
  return undefined
})

const ofFile = Effect.fnUntraced(function* (path: string, options: Options) {
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(files.readFileString(path), (error) =>
    failed(`${path} cannot be read (${error.message}).`)
  )
  const spans = yield* Effect.mapError(Effect.fromResult(OtlpJson.read(text)), ({ line, message }) =>
    failed(`${path}, line ${line}: ${oneLine(message).replace(/\.$/, "")}.`)
  )
  const root = yield* chosen(Profile.runs(spans), options.run)
  const profiled = yield* Effect.mapError(
    Profiling.ofSpans(spans, root, () => ({ startUpMillis: null, peakRssBytes: null })),
    ({ message }) => failed(`${path}: ${message}`)
  )
  yield* tell(options, profiled, null)
})

export const profile = Effect.fnUntraced(function* (options: Options) {
  const { deadline, from, model, question, run, yes } = options
  if (Option.isSome(from)) {
    if (Option.isSome(question) || Option.isSome(model) || Option.isSome(deadline) || yes) {
      return yield* wrongUsage("--from reads a trace: leave out the question and how it is asked.")
    }
    return yield* ofFile(from.value, options)
  }
  if (Option.isNone(question))
    return yield* wrongUsage("Pass a question in quotation marks, or a trace by --from FILE.")
  if (Option.isSome(run)) return yield* wrongUsage("--run chooses a run of a trace: name the trace by --from FILE.")
  yield* Asking.ask({ ...options, question: question.value, profile: true }, "profile", ({ profiled, summary }) =>
    profiled === undefined ? Effect.void : tell(options, profiled, summary.answer)
  )
})
