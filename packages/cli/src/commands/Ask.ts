/**
 * `callsheet ask`: one question, streamed to the terminal or printed as one JSON object.
 */
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as RunSummary from "@callsheet/core/explain/RunSummary"
import { Approval, type ApprovalRequest } from "@callsheet/core/schedule/Approval"
import * as Policy from "@callsheet/core/schedule/Policy"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"

import { askJson } from "../AskJson.ts"
import * as Composition from "../Composition.ts"
import { ExitError, failed } from "../ExitError.ts"
import { mediaAgent } from "../MediaAgent.ts"
import * as RunView from "../RunView.ts"
import * as Settings from "../Settings.ts"
import { timeLine } from "../TimeLine.ts"

/** Prints the run as it happens; ends with the summary. */
export const show = Effect.fnUntraced(function* <E, R>(events: Stream.Stream<AgentEvent, E, R>) {
  const stdio = yield* Stdio.Stdio
  const terminal = yield* Terminal.Terminal
  const columns = yield* terminal.columns
  const isLive = (yield* stdio.stdoutIsTerminal) && columns > 0
  const startMillis = yield* Clock.currentTimeMillis
  let view = RunView.initial(isLive ? { _tag: "Live", columns } : { _tag: "Plain" })
  let summary = RunSummary.initial

  const onEvent = (event: AgentEvent) => {
    summary = RunSummary.add(summary, event)
    const [next, text] = RunView.onEvent(view, event)
    view = next
    return text
  }
  const onTick = Effect.map(Clock.currentTimeMillis, (now) => {
    const [next, text] = RunView.onTick(view, now - startMillis)
    view = next
    return text
  })
  const ticks = isLive ? Stream.mapEffect(Stream.tick("100 millis"), () => onTick) : Stream.empty

  yield* Stream.map(events, onEvent).pipe(
    Stream.merge(ticks, { haltStrategy: "left" }),
    Stream.filter((text) => text !== ""),
    Stream.runForEach(terminal.display)
  )
  return summary
})

/** Asks the person at the terminal; elsewhere nobody can agree, so the answer is no. */
const askPerson = (refused: Ref.Ref<ReadonlyArray<string>>, canAsk: boolean) =>
  Effect.fnUntraced(function* ({ name }: ApprovalRequest) {
    if (canAsk) {
      const terminal = yield* Terminal.Terminal
      yield* terminal.display(`  run ${name}? [y/N] `).pipe(Effect.ignore)
      const word = yield* terminal.readLine.pipe(Effect.orElseSucceed(() => ""))
      if (/^y(es)?$/i.test(word.trim())) return true
    }
    yield* Ref.update(refused, (names) => [...names, name])
    return false
  })

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

const run = Effect.fnUntraced(function* (options: {
  readonly question: string
  readonly json: boolean
  readonly yes: boolean
  readonly model: Option.Option<Composition.ModelChoice>
}) {
  const settings = yield* Settings.load
  const choice = Composition.choose(settings, Option.getOrUndefined(options.model))
  if (choice.model === "openai" && !Settings.isSet(settings, "OPENAI_API_KEY", "OPENAI_BASE_URL")) {
    return yield* failed("No model is configured: set OPENAI_API_KEY, or leave out --model openai.")
  }
  const notice = Composition.notice(choice)
  if (notice !== undefined) yield* options.json ? Console.error(notice) : Console.log(notice)

  const question = options.question === "-" ? yield* readQuestion : options.question
  const stdio = yield* Stdio.Stdio
  const terminal = yield* Terminal.Terminal
  const canAsk = !options.json && (yield* stdio.stdinIsTerminal) && (yield* stdio.stdoutIsTerminal)
  const refused = yield* Ref.make<ReadonlyArray<string>>([])
  const ask = askPerson(refused, canAsk)
  const approve = options.yes
    ? () => Effect.succeed(true)
    : (request: ApprovalRequest) => Effect.provideService(ask(request), Terminal.Terminal, terminal)

  const answered = options.json
    ? Effect.tap(mediaAgent.ask(question), (summary) => Console.log(askJson(summary)))
    : Effect.tap(show(mediaAgent.run(question)), (summary) => Console.log(`\n${timeLine(summary)}`))
  yield* answered.pipe(
    Effect.provideService(Approval, approve),
    Effect.provide(Composition.layer(settings, choice)),
    Effect.mapError((error) => failed(error.message))
  )

  const names = yield* Ref.get(refused)
  if (names.length > 0) {
    const problem = `${names.join(", ")} needs approval and did not run: ask again with --yes to approve.`
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
    yes: Flag.Boolean("yes").pipe(
      Flag.withDescription("Approve every call that changes something"),
      Flag.withDefault(false)
    )
  },
  run
).pipe(Command.withDescription("Ask one question"))
