/**
 * Opening: all that comes before a run's first model call: what its router knows of the question, the answer of rules where they
 * are sure of one, and else the tools on offer and what is read ahead. Tools are chosen only for a model that is to be asked.
 */
import type * as Tool from "effect/ai/Tool"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"

import type { Message } from "../model/ModelStream.ts"
import type * as Transcript from "../model/Transcript.ts"
import type * as Account from "../schedule/Account.ts"
import * as Calls from "../schedule/Calls.ts"
import * as PlanTool from "../schedule/PlanTool.ts"
import type * as Policy from "../schedule/Policy.ts"
import * as ResultTool from "../schedule/ResultTool.ts"
import type { Run } from "../schedule/Run.ts"
import { within } from "../schedule/Within.ts"
import type * as Span from "../Span.ts"
import * as Ahead from "./Ahead.ts"
import type { Bundle } from "./Bundle.ts"
import * as FindTool from "./FindTool.ts"
import * as Foresight from "./Foresight.ts"
import { Habits } from "./Habits.ts"
import * as Route from "./Route.ts"
import * as Rules from "./Rules.ts"
import type { Selection, Tools } from "./ToolIndex.ts"
import * as ToolOffer from "./ToolOffer.ts"
import * as Wishes from "./Wishes.ts"
import * as Worth from "./Worth.ts"

/** A run that goes on to its model. */
export interface Asking<R> {
  readonly run: Run<R>
  /** The tools on offer: the same array until a run finds more. */
  readonly offered: () => ReadonlyArray<Tool.Any>
  readonly ahead: Ahead.Ahead | undefined
  readonly wishes: Wishes.Wishes | undefined
  /** What was read before the model is asked, and stands in its prompt. */
  readonly made: ReadonlyArray<Foresight.Made>
}

export interface Asked {
  readonly question: string
  /** All that a model would be told before it is. */
  readonly transcript: Transcript.Transcript
  /** What was said before it. */
  readonly history: ReadonlyArray<Message>
  /** Whether nothing is to be known of the question but by a model. */
  readonly isForModel: boolean
}

export interface Opener<R2> {
  /** All of `tools`, as they are on offer where none are chosen. */
  readonly offerAll: (tools: Tools) => ReadonlyArray<Tool.Any>
  /**
   * Opens `run`, whose toolkit is the application's own: its end where rules answered, or there was no time; else what the model
   * is asked with.
   */
  readonly open: <R>(
    run: Run<R>,
    asked: Asked,
    account: Account.Account,
    phases: Span.Phases
  ) => Effect.Effect<
    { readonly end: Account.End } | { readonly end: undefined; readonly asking: Asking<R> },
    never,
    R2 | Scope.Scope
  >
}

/**
 * What the application knows of `question`; nothing where its router breaks or takes all the time there is, which are no
 * reasons to give no answer.
 */
const analyse = <R>(router: Effect.Effect<Route.Router, never, R>, question: string, limitMillis: number) =>
  Effect.flatMap(router, ({ analyse }) => analyse(question)).pipe(
    (analysis) =>
      limitMillis === Infinity
        ? analysis
        : Effect.timeoutOrElse(analysis, { duration: limitMillis, orElse: () => Effect.undefined }),
    Effect.catchDefect((defect) => Effect.as(Effect.logWarning("The router broke.", defect), undefined))
  )

/**
 * The first question of the conversation, by which its tools are chosen: they stand before all that was said, so a choice by each
 * question would leave nothing of the prompt that a provider keeps. Of a longer text its beginning tells.
 */
const firstOf = (history: ReadonlyArray<Message>, mostUnits: number) => {
  const first = history.find((message) => message.role === "user")
  if (first === undefined) return undefined
  return { text: first.text.slice(0, mostUnits), isForModel: (first.images ?? []).length > 0 }
}

/** For an agent of `policy`, whose runs `router` knows questions for, and which are offered `bundles`, else all tools. */
export const make = <R2>(
  policy: Policy.Policy,
  router: Effect.Effect<Route.Router, never, R2> | undefined,
  bundles: ReadonlyArray<Bundle> | undefined
): Opener<R2> => {
  const select = bundles && ToolOffer.make(bundles)
  const offers = new WeakMap<object, ReadonlyArray<Tool.Any>>()
  /** The tools that a run begins with: the same list in each run, by which the layers below know that they have it written down. */
  const offerOf = ({ bundle, tools: own }: Selection): ReadonlyArray<Tool.Any> => {
    const known = offers.get(own)
    if (known !== undefined) return known
    const offer = [
      ...(policy.plans ? [PlanTool.make(own)] : []),
      ...(policy.resultBytes === undefined ? [] : [ResultTool.tool]),
      ...(bundle === undefined ? [] : [FindTool.tool]),
      ...Object.values(own)
    ]
    offers.set(own, offer)
    return offer
  }

  /** Answers `decision` by rules; what was read where that came to nothing. */
  const rule = Effect.fnUntraced(function* <R>(
    run: Run<R>,
    { answerable, confidence, reason }: Extract<Route.Decision, { readonly route: "rules" }>,
    transcript: Transcript.Transcript,
    account: Account.Account
  ) {
    const { brakes, ledger, log } = run
    log.append({ _tag: "Routed", route: "rules", confidence, reason })
    ledger?.reported(transcript)
    const calls = Calls.open(0, run)
    const ruled = yield* within(
      brakes.remaining(log.elapsedMillis()),
      Rules.answer(answerable, calls, run.engineCallsFrom)
    )
    if (Option.isNone(ruled)) return { end: account.outOfTime(0, calls, 0), made: [] }
    const { answer, made } = ruled.value
    if (answer === undefined) return { end: undefined, made }
    ledger?.reported(Foresight.show(transcript, made))
    log.append({ _tag: "TextDelta", step: 0, delta: answer })
    const end: Account.End = { answer: account.said(), steps: 0, reason: "answered" }
    return { end, made }
  })

  return {
    offerAll: (tools) => offerOf(ToolOffer.whole(tools).selection),
    open: Effect.fnUntraced(function* <R>(
      run: Run<R>,
      { history, isForModel, question, transcript }: Asked,
      account: Account.Account,
      phases: Span.Phases
    ) {
      const { brakes, log } = run
      const { tools } = run.toolkit
      const limitMillis = brakes.remaining(log.elapsedMillis())
      const isFollowing = history.some(({ role }) => role !== "system")
      const first = isFollowing ? firstOf(history, policy.maxQuestionBytes) : undefined
      const firstAnalysis =
        router === undefined || select === undefined || first?.isForModel !== false
          ? undefined
          : yield* Effect.forkScoped(analyse(router, first.text, limitMillis))
      const own = router && !isForModel ? yield* analyse(router, question, limitMillis) : undefined
      const analysis = own && isFollowing ? Route.following(own) : own
      phases.end("routing")
      const decision = analysis && Route.decide(analysis, tools)
      const { confidence = null, reason = null } = decision ?? {}
      const ruled = decision?.route === "rules" ? yield* rule(run, decision, transcript, account) : undefined
      if (ruled?.end !== undefined) return { end: ruled.end }

      phases.begin()
      const fitting = firstAnalysis ? yield* Fiber.join(firstAnalysis) : first === undefined ? analysis : undefined
      const offer =
        select === undefined
          ? ToolOffer.whole(tools)
          : yield* select(tools, first?.text ?? question, fitting?.tools ?? [])
      const offered = offerOf(offer.selection)
      phases.end("tool-selection")
      log.append({
        _tag: "Routed",
        route: "model",
        confidence,
        reason: ruled === undefined ? reason : Rules.notBorneOut
      })
      const found = offer.find === undefined ? run.toolkit : yield* FindTool.beside(run.toolkit, offer.find)
      const toolkit = run.results === undefined ? found : yield* ResultTool.beside(found, run.results)
      const wishes = analysis && Wishes.make(analysis.wishes, tools)
      const habits =
        isForModel || (isFollowing && analysis?.standsAlone !== true)
          ? undefined
          : Option.getOrUndefined(yield* Effect.serviceOption(Habits))
      const ahead =
        analysis === undefined && habits === undefined
          ? undefined
          : Ahead.make(
              { ...run, toolkit, log: account.outer },
              { tools, question, analysis, wishes, worth: yield* Worth.Worth, habits }
            )
      if (ahead !== undefined) yield* Effect.addFinalizer(() => Effect.sync(ahead.cut))
      phases.begin()
      const begun = ahead === undefined ? [] : yield* ahead.open(brakes.remaining(log.elapsedMillis()))
      phases.end("tools")
      const asking: Asking<R> = {
        run: ahead === undefined && toolkit === run.toolkit ? run : { ...run, toolkit, foreseen: ahead?.foreseen },
        offered: () => offer.after(offered),
        ahead,
        wishes,
        made: ruled === undefined ? begun : [...ruled.made, ...begun]
      }
      return { end: undefined, asking }
    })
  }
}
