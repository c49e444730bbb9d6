/**
 * `callsheet ask`: one question, streamed to the terminal or printed as one JSON object.
 */
import { Approval } from "@callsheet/core/schedule/Approval"
import * as Policy from "@callsheet/core/schedule/Policy"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"

import * as Approvals from "../Approvals.ts"
import { askJson } from "../AskJson.ts"
import * as Composition from "../Composition.ts"
import { ExitError, failed } from "../ExitError.ts"
import { mediaAgent } from "../MediaAgent.ts"
import { show } from "../RunScreen.ts"
import * as Settings from "../Settings.ts"
import { timeLine } from "../TimeLine.ts"

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

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

/** Milliseconds of "800ms", "5s" or "2m"; none for anything else, and for no time at all. */
const millisOf = (text: string): Option.Option<number> => {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*(ms|s|m)$/.exec(text.trim()) ?? []
  const millis = Number(amount) * (units[unit] ?? 0)
  return millis > 0 ? Option.some(millis) : Option.none()
}

const run = Effect.fnUntraced(function* (options: {
  readonly question: string
  readonly json: boolean
  readonly yes: boolean
  readonly model: Option.Option<Composition.ModelChoice>
  readonly deadline: Option.Option<number>
}) {
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
    ? Effect.tap(mediaAgent.ask(request), (summary) => Console.log(askJson(summary)))
    : Effect.tap(show(mediaAgent.run(request), approvals.pending), (summary) => Console.log(`\n${timeLine(summary)}`))
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

export const ask = Command.make(
  "ask",
  {
    question: Argument.String("question").pipe(
      Argument.withDescription("What you want to know, in quotation marks; - reads it from standard input")
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print one JSON object and nothing else"),
      Flag.withDefault(false)
    ),
    model: Flag.Literals("model", ["offline", "openai"]).pipe(
      Flag.withDescription("offline: a stand-in that follows written rules; openai: the configured provider"),
      Flag.optional
    ),
    deadline: Flag.String("deadline").pipe(
      Flag.withDescription("Answer within this time, as 5s or 800ms, with the best there is by then"),
      Flag.filterMap(millisOf, () => "a time such as 5s, 800ms or 2m"),
      Flag.optional
    ),
    yes: Flag.Boolean("yes").pipe(
      Flag.withDescription("Approve every call that changes something"),
      Flag.withDefault(false)
    )
  },
  run
).pipe(Command.withDescription("Ask one question"))
