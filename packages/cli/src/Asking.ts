/**
 * Asking: one question put to the household's assistant, with the model and the services that the settings name: shown as it is
 * answered, and kept in the query log.
 */
import type { RunSummary } from "@callsheet/core/explain/RunSummary"
import * as RunObserver from "@callsheet/core/RunObserver"
import { Approval } from "@callsheet/core/schedule/Approval"
import * as Policy from "@callsheet/core/schedule/Policy"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"

import * as Approvals from "./Approvals.ts"
import type * as AskLine from "./AskLine.ts"
import * as Composition from "./Composition.ts"
import { ExitError, failed } from "./ExitError.ts"
import type { QueryRecord } from "./log/QueryRecord.ts"
import * as RunTeller from "./log/RunTeller.ts"
import { mediaAgent } from "./MediaAgent.ts"
import type { Profiled } from "./Profiling.ts"
import * as Settings from "./Settings.ts"

/** The question on standard input, read no further than an agent accepts one. */
const readQuestion = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  return yield* stdio.stdin.pipe(
    Stream.decodeText(),
    Stream.mapAccum(
      () => 0,
      (before, text) => [before + text.length, [{ before, text }]] as const
    ),
    Stream.takeWhile(({ before }) => before <= Policy.standard.maxQuestionBytes),
    Stream.map(({ text }) => text),
    Stream.mkString,
    Effect.mapError(() => failed("The question cannot be read from standard input: pass it in quotation marks."))
  )
})

/** Loaded only where a person reads along. */
const screen = Effect.promise(() => import("./AskScreen.ts"))

/**
 * Loaded when there is something to write. A run that was stopped is not kept, and a log that cannot be written harms no
 * answer.
 */
const keep = Effect.fnUntraced(
  function* (
    telling: RunTeller.Telling | undefined,
    settings: Settings.Settings,
    choice: Composition.Choice,
    command: Command
  ) {
    if (telling === undefined || telling.stage !== "over") return
    const { write } = yield* Effect.promise(() => import("./log/Keeping.ts"))
    yield* write(telling, settings, choice, command)
  },
  Effect.catch(({ message }) => Console.error(message))
)

type Command = QueryRecord["command"]

/** Loaded only where a run is profiled. */
const profiling = Effect.promise(() => import("./Profiling.ts"))

/** A run that was answered; `profiled` where that was asked for. */
export interface Asked {
  readonly summary: RunSummary
  readonly profiled: Profiled | undefined
}

/**
 * Puts the question of `options`, which shows as it is answered unless that is told as JSON, and does `tell` with its run.
 *
 * Fails with `ExitError`: status 3 where a call was not approved, after all is told. Nobody traces the run but an exporter that
 * is configured, and a profile.
 */
export const ask = Effect.fnUntraced(function* <R>(
  options: AskLine.Options,
  command: Command,
  tell: (asked: Asked) => Effect.Effect<void, ExitError, R>
) {
  const settings = yield* Settings.load
  const choice = Composition.choose(settings, Option.getOrUndefined(options.model))
  if (choice.model === "openai" && !choice.hasModel) {
    return yield* failed("No model is configured: set OPENAI_API_KEY, or leave out --model openai.")
  }
  const notice = Composition.notice(choice)
  if (notice !== undefined) yield* options.json ? Console.error(notice) : Console.log(notice)

  const request = {
    question: options.question === "-" ? yield* readQuestion : options.question,
    ...Option.match(options.deadline, {
      onNone: () => ({}),
      onSome: (deadlineMillis) => ({ deadlineMillis })
    })
  }
  const stdio = yield* Stdio.Stdio
  const canAsk = !options.json && (yield* stdio.stdinIsTerminal) && (yield* stdio.stdoutIsTerminal)
  const approvals = yield* Approvals.make(options.yes ? "given" : canAsk ? "asked" : "absent")

  let telling: RunTeller.Telling | undefined
  const shown = Effect.gen(function* () {
    const startedAt = yield* DateTime.now
    const observer: RunObserver.RunObserver = (run) => {
      let told = RunTeller.begin(run, startedAt)
      return (event) => {
        told = RunTeller.add(told, event)
        telling = told
      }
    }
    const others = yield* RunObserver.Observers
    const run = options.json
      ? mediaAgent.ask(request)
      : Effect.flatMap(screen, ({ show }) => show(mediaAgent.run(request), approvals.pending))
    return yield* Effect.provideService(run, RunObserver.Observers, [...others, observer])
  })
  const answered = options.profile
    ? Effect.flatMap(profiling, ({ profiled }) => profiled(shown))
    : Effect.map(shown, (summary) => ({ summary, profiled: undefined }))
  yield* Effect.flatMap(answered, tell).pipe(
    Effect.provideService(Approval, approvals.approve),
    Effect.provide(Composition.layer(settings, choice)),
    Effect.mapError((error) => (error._tag === "ExitError" ? error : failed(error.message))),
    Effect.withTracerEnabled(Settings.isSet(settings, "OTEL_EXPORTER_OTLP_ENDPOINT")),
    Effect.onExit(() => keep(telling, settings, choice, command))
  )

  const names = [...approvals.refused]
  if (names.length > 0) {
    const problem = `${names.join(" and ")} ${names.length === 1 ? "needs" : "need"} approval and did not run: ask again with --yes to approve.`
    return yield* new ExitError({ status: 3, problem })
  }
})
