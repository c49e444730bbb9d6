/**
 * `callsheet ask`: one question, streamed to the terminal or printed as one JSON object.
 */
import { Approval } from "@callsheet/core/schedule/Approval"
import * as Policy from "@callsheet/core/schedule/Policy"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"

import * as Approvals from "../Approvals.ts"
import { askJson } from "../AskJson.ts"
import type * as AskLine from "../AskLine.ts"
import * as Composition from "../Composition.ts"
import { ExitError, failed } from "../ExitError.ts"
import { mediaAgent } from "../MediaAgent.ts"
import * as Settings from "../Settings.ts"

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
const screen = Effect.promise(() => import("../AskScreen.ts"))

export const ask = Effect.fnUntraced(function* (options: AskLine.Options) {
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

  const answered = options.json
    ? Effect.flatMap(mediaAgent.ask(request), (summary) => Console.log(askJson(summary)))
    : Effect.flatMap(screen, ({ show }) => show(mediaAgent.run(request), approvals.pending))
  yield* answered.pipe(
    Effect.provideService(Approval, approvals.approve),
    Effect.provide(Composition.layer(settings, choice)),
    Effect.mapError((error) => failed(error.message))
  )

  const names = [...approvals.refused]
  if (names.length > 0) {
    const problem = `${names.join(" and ")} ${names.length === 1 ? "needs" : "need"} approval and did not run: ask again with --yes to approve.`
    return yield* new ExitError({ status: 3, problem })
  }
})
