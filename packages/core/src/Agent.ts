/**
 * Agent: a question in, a stream of events out. The loop, and the only file that knows all rooms. Long, because the ways in
 * which a run ends (answered, out of time, out of budget) are read best beside the loop that they end.
 */
import type * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import { AgentError, BudgetUnchecked, InvalidQuestion, ModelFailed, NoAnswer } from "./AgentError.ts"
import type { AgentEvent, EndReason } from "./AgentEvent.ts"
import * as AgentRequest from "./AgentRequest.ts"
import { HeapUsed } from "./explain/HeapUsed.ts"
import * as RunEstimates from "./explain/RunEstimates.ts"
import * as RunSpan from "./explain/RunSpan.ts"
import * as RunSummary from "./explain/RunSummary.ts"
import { Attribute } from "./explain/Trace.ts"
import * as Answers from "./foresee/Answers.ts"
import type { Bundle } from "./foresee/Bundle.ts"
import * as FindTool from "./foresee/FindTool.ts"
import * as Foresight from "./foresee/Foresight.ts"
import * as Opening from "./foresee/Opening.ts"
import type * as Route from "./foresee/Route.ts"
import * as CallIds from "./model/CallIds.ts"
import * as Ledger from "./model/Ledger.ts"
import { type Message, type ModelRequest, ModelStream } from "./model/ModelStream.ts"
import * as Transcript from "./model/Transcript.ts"
import * as Turn from "./model/Turn.ts"
import * as RunLog from "./RunLog.ts"
import * as RunObserver from "./RunObserver.ts"
import * as Account from "./schedule/Account.ts"
import * as Brakes from "./schedule/Brakes.ts"
import * as Calls from "./schedule/Calls.ts"
import * as ClientTools from "./schedule/ClientTools.ts"
import * as Graph from "./schedule/Graph.ts"
import * as Handlers from "./schedule/Handlers.ts"
import * as Once from "./schedule/Once.ts"
import * as PlanTool from "./schedule/PlanTool.ts"
import * as Policy from "./schedule/Policy.ts"
import * as Remembered from "./schedule/Remembered.ts"
import * as Results from "./schedule/Results.ts"
import * as ResultStore from "./schedule/ResultStore.ts"
import * as ResultTool from "./schedule/ResultTool.ts"
import * as Shared from "./schedule/Shared.ts"
import { within } from "./schedule/Within.ts"
import * as Span from "./Span.ts"

const runId = Effect.map(
  Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER),
  (n) => `run_${n.toString(36).padStart(11, "0")}`
)

/** An agent whose tools' handlers need `R`. */
export interface Agent<R> {
  readonly name: string
  /**
   * Answers `question`, telling what happens as it happens (order: `AgentEvent`). With a `Cache` and an `Identity` in the context,
   * what tools gave and what was answered may be remembered from other runs.
   *
   * Leaving the stream interrupts the run: the model request is closed and every running handler interrupted, finalizers
   * included. Fails with `AgentError` after a `RunFailed` event. A handler that does not let itself be interrupted delays the
   * end of the stream, but not the event `RunFinished`.
   */
  run(question: string | AgentRequest.AgentRequest): Stream.Stream<AgentEvent, AgentError, ModelStream | R>
  /** The same run for a `take` that does not wait, which is given each event as it happens, without a stream between. */
  each(
    question: string | AgentRequest.AgentRequest,
    take: (event: AgentEvent) => void
  ): Effect.Effect<void, AgentError, ModelStream | R>
  /** The same run, folded: the answer and its figures once it is complete. */
  ask(question: string | AgentRequest.AgentRequest): Effect.Effect<RunSummary.RunSummary, AgentError, ModelStream | R>
}

/** What is so at the time of a run. */
export interface Facts {
  /** A short text, which comes after the question, so that what begins every prompt stays the same. None where it is empty. */
  readonly text: string
  /** What of it an answer depends on that no tool read: one given under another key is not given again. */
  readonly key: string
}

export interface Options<Tools extends Record<string, Tool.Any>, R, RouterServices = never, FactsServices = never> {
  /** Shown in spans and events; also groups requests for the provider's prompt cache. */
  readonly name: string
  /** The system prompt. Keep it the same from run to run: it begins every prompt. */
  readonly instructions: string
  readonly toolkit: Effect.Effect<Toolkit.WithHandler<Tools>, never, R> | Toolkit.WithHandler<Tools>
  /**
   * What is known of a question before a model sees it. Without one the model decides every step. One that breaks knows
   * nothing of the question.
   */
  readonly router?: Effect.Effect<Route.Router, never, RouterServices>
  /** What the model should know and what changes from run to run, such as the date. Every run waits for it. */
  readonly facts?: Effect.Effect<Facts, never, FactsServices>
  /**
   * Tools that are offered together, by theme, at most eight; the first is for any question. Each run is offered one bundle, and
   * a tool that finds the others. Without bundles it is offered all tools. See `foresee/ToolOffer`.
   */
  readonly bundles?: ReadonlyArray<Bundle>
  readonly policy?: Partial<Policy.Policy>
}

const endReason = ({ finish, isComplete }: Turn.Turn, stopped: EndReason | undefined): EndReason => {
  if (finish.reason === "length" || finish.reason === "content-filter") return finish.reason
  return stopped ?? (isComplete ? "answered" : "incomplete")
}

const limitMillis = (
  { deadlineMillis }: AgentRequest.AgentRequest,
  { runLimit }: Policy.Policy
): number | undefined => {
  const least = Math.min(deadlineMillis ?? Infinity, runLimit === undefined ? Infinity : Duration.toMillis(runLimit))
  return least === Infinity ? undefined : least
}

/** Names that the engine gives its own tools. */
const engineTools: ReadonlySet<string> = new Set([PlanTool.name, ResultTool.name, FindTool.name])

const modelOf = ({ model, provider }: ModelStream["Service"]) => ({ model, provider })

/**
 * An agent that answers with `toolkit`, step by step, until the model has no more calls to make.
 *
 * **Details**
 *
 * The step that `policy.maxSteps` allows last forbids calls, so the run ends with an answer from what is there. Whether a
 * call may run is decided by its tool's annotations (`Policy.rulesOf`), and by `Approval` where it needs a person's word.
 */
export function make<Tools extends Record<string, Tool.Any>, R = never, R2 = never, R3 = never>(
  options: Options<Tools, R, R2, R3>
): Agent<R | R2 | R3 | Handlers.ServicesOf<Tools>>
export function make<Tools extends Record<string, Tool.Any>, R, R2, R3>(
  options: Options<Tools, R, R2, R3>
): Agent<R | R2 | R3 | Tool.HandlerServices<Tools[keyof Tools]>> {
  type Services = R | R2 | R3 | Tool.HandlerServices<Tools[keyof Tools]>
  const { instructions, name } = options
  const policy: Policy.Policy = { ...Policy.standard, ...options.policy }
  const answers = Answers.make({ name, instructions, policy })
  const opener = Opening.make(policy, options.router, options.bundles)

  const loop = Effect.fnUntraced(function* (
    request: AgentRequest.AgentRequest,
    question: string,
    own: Handlers.Handled<Services>,
    runLog: RunLog.RunLog,
    span: Span.Span | undefined
  ) {
    const phases = Span.phases(span)
    if (policy.plans && Object.hasOwn(own.tools, PlanTool.name)) return yield* Effect.die(new Error(PlanTool.taken))
    if (policy.resultBytes !== undefined && Object.hasOwn(own.tools, ResultTool.name)) {
      return yield* Effect.die(new Error(ResultTool.taken))
    }
    const { address, model, provider } = yield* ModelStream
    const ledger = yield* Ledger.Current
    const brakes = Brakes.make(policy, model, limitMillis(request, policy))
    if (brakes.problem !== undefined) {
      return yield* new AgentError({ reason: new BudgetUnchecked({ problem: brakes.problem }) })
    }
    const account = Account.make(runLog, ledger, brakes.deadlineMillis)
    const { log } = account
    const fork = yield* Effect.updateContext(
      FiberSet.makeRuntime<Services>(),
      (context: Context.Context<Services | Scope.Scope>) =>
        own.services === undefined ? context : Context.merge(own.services, context)
    )
    const remembered = yield* Remembered.make
    const results =
      policy.resultBytes === undefined
        ? undefined
        : Results.make(policy.resultBytes, ResultStore.make(remembered), fork)
    const { history = [] } = request
    const client = ClientTools.make(request)
    const facts = options.facts && (yield* options.facts)
    let transcript = Transcript.start(instructions, { ...request, question }, facts?.text)
    const recall =
      remembered === undefined || !AgentRequest.isPlain(request)
        ? undefined
        : answers.recall({
            remembered,
            provider,
            model,
            address,
            tools: opener.offerAll(own.tools),
            question,
            facts: facts?.key
          })
    const answer = recall && (yield* recall)
    phases.end("start-up")
    if (answer?.known !== undefined) {
      log.append({ _tag: "Routed", route: "memory", confidence: null, reason: null })
      ledger?.reported(transcript)
      log.append({ _tag: "TextDelta", step: 0, delta: answer.known })
      return { end: { answer: answer.known, steps: 0, reason: "answered" } as const, keep: undefined }
    }
    const opened = yield* opener.open<Services>(
      {
        toolkit: own,
        policy,
        log,
        once: Once.make(log.elapsedMillis),
        order: Graph.makeOrder(),
        shared: yield* Shared.Shared,
        brakes,
        ledger,
        remembered,
        results,
        engineCallsFrom: CallIds.freeOfEngine(history),
        span,
        fork
      },
      { question, transcript, history, isForModel: AgentRequest.isForModel(request) },
      account,
      phases
    )
    if (opened.end !== undefined) return { end: opened.end, keep: undefined }
    const { ahead, made, offered, run, wishes } = opened.asking
    transcript = Foresight.show(transcript, made)
    let added: ReadonlyArray<Message> = transcript

    /** One model call and the calls it asks for: the transcript to go on with, or the answer. */
    const takeStep = Effect.fnUntraced(function* (step: number, span: Span.Span | undefined) {
      account.begin()
      const last = brakes.last(step, log.elapsedMillis(), added)
      log.append({ _tag: "StepStarted", step })
      const calls = last === undefined ? Calls.open(step, run, span) : Calls.none
      const tools = offered()
      const request: ModelRequest = {
        messages: transcript,
        tools: client?.beside(tools) ?? tools,
        toolChoice: last !== undefined ? "none" : step === 0 ? (client?.choice ?? "auto") : "auto",
        deltasOf: policy.plans ? PlanTool.name : undefined,
        cacheKey: name
      }
      ledger?.reported(transcript)
      const taken = yield* within(
        brakes.remaining(log.elapsedMillis()),
        Turn.take(step, request, log, client?.apart(calls) ?? calls, span).pipe(
          Effect.mapError((error) => new AgentError({ reason: new ModelFailed({ error }) }))
        )
      )
      if (Option.isNone(taken)) return account.outOfTime(step, calls)
      const turn = client === undefined || last === undefined ? taken.value : client.own(taken.value)
      const handed = client?.handed(turn) ?? []
      brakes.spend(turn)
      ledger?.turn(turn)
      for (const { id, inputText, name } of handed) {
        log.append({ _tag: "ClientCall", step, callId: id, name, inputText })
      }
      const settled = yield* calls.results(turn.isComplete)
      if (handed.length > 0) {
        log.append({ _tag: "StepFinished", step, finishReason: turn.finish.reason, modelCall: turn.modelCall })
        return { answer: account.said(), steps: step + 1, reason: "client-calls" } as const
      }
      const results = client?.outcomes(turn, settled) ?? settled
      ahead?.took(turn.calls, results)
      const isSpoken =
        turn.isComplete && last === undefined && turn.text.trim() === "" && wishes?.take(turn.calls, results) === true
      let granted = isSpoken ? wishes?.answer() : undefined
      if (isSpoken && granted === undefined && ahead !== undefined) {
        const guessed = wishes?.answerWith(yield* ahead.rest(brakes.remaining(log.elapsedMillis())))
        granted = guessed?.text
        ahead.used(guessed?.used ?? [])
      }
      if (granted !== undefined) {
        ledger?.reported(Transcript.append(transcript, turn, results))
        log.append({ _tag: "TextDelta", step, delta: granted })
      }
      log.append({ _tag: "StepFinished", step, finishReason: turn.finish.reason, modelCall: turn.modelCall })
      if (granted !== undefined) return { answer: account.said(), steps: step + 1, reason: "answered" } as const
      if (turn.calls.length > 0 && last === undefined) {
        const next = Transcript.append(transcript, turn, results)
        added = next.slice(transcript.length)
        transcript = next
        if (ahead !== undefined) yield* ahead.next(step + 1)
        return undefined
      }
      if (turn.text.trim() === "") {
        if (last?.reason === "deadline") return account.outOfTime(step, calls)
        if (last?.sentence === undefined) {
          return yield* new AgentError({ reason: new NoAnswer({ finishReason: turn.finish.reason }) })
        }
      }
      if (last?.sentence !== undefined) account.say(step, `${account.said() === "" ? "" : "\n\n"}${last.sentence}`)
      if (last?.reason === "deadline") account.sayMissing(step)
      const reason = endReason(turn, request.tools.length > 0 ? last?.reason : undefined)
      return { answer: account.said(), steps: step + 1, reason }
    })

    for (let step = 0; ; step++) {
      const stepSpan = span?.child(`step ${step + 1}`, { [Attribute.step]: step })
      const end = yield* stepSpan === undefined ? takeStep(step, undefined) : stepSpan.around(takeStep(step, stepSpan))
      if (end === undefined) continue
      if (ahead !== undefined) yield* ahead.end(end.reason)
      return { end, keep: answer?.keep(end, [...made.map(({ outcome }) => outcome), ...account.settled]) }
    }
  })

  /** One run, whose events `take` gets as they happen. */
  const execute = (
    asked: string | AgentRequest.AgentRequest,
    take: (event: AgentEvent) => void
  ): Effect.Effect<void, AgentError, ModelStream | Services> => {
    const executed = Effect.fnUntraced(function* (span: Span.Span | undefined) {
      const request = typeof asked === "string" ? { question: asked } : asked
      const id = yield* runId
      const told = span && RunSpan.telling(span, id, yield* HeapUsed)
      const asking = modelOf(yield* ModelStream)
      const observers = yield* RunObserver.Observers
      const watch =
        observers.length === 0 ? undefined : RunObserver.watch(observers, { runId: id, agent: name, ...asking })
      const log = yield* RunEstimates.log(id, RunLog.both(take, told, watch?.take), {
        model: asking.model,
        deadlineMillis: limitMillis(request, policy)
      })
      const ledger = yield* Ledger.Current
      yield* Effect.gen(function* () {
        const question = yield* AgentRequest.validate(request, policy.maxQuestionBytes)
        const own: Handlers.Handled<Services> = yield* Handlers.resolve(options.toolkit)
        const taken = (tool: string) => Object.hasOwn(own.tools, tool) || engineTools.has(tool)
        const problem = ClientTools.problem(request, taken)
        if (problem !== undefined) return yield* new AgentError({ reason: new InvalidQuestion({ problem }) })
        log.append({ _tag: "RunStarted", agent: name, question })
        const { end, keep } = yield* loop(request, question, own, log, span)
        // Inside the scope of the calls, since a call that was given up may take its time to end.
        log.append({ _tag: "RunFinished", ...end })
        if (keep !== undefined) yield* keep
      }).pipe(
        Effect.scoped,
        Effect.onError((cause) =>
          Effect.sync(() => {
            ledger?.interrupted()
            if (Cause.hasInterruptsOnly(cause)) return
            const error = Option.getOrUndefined(Cause.findErrorOption(cause))
            const problem = error?.message ?? "The run broke: this is a fault of the program."
            log.append({ _tag: "RunFailed", problem, isRetryable: error?.isRetryable ?? false })
          })
        ),
        watch === undefined ? identity : Effect.ensuring(watch.report)
      )
    })
    return Span.whenTraced(`invoke_agent ${name}`, RunSpan.attributes(name), executed)
  }

  return {
    name,
    run: (asked) =>
      Stream.callback((queue) =>
        Effect.andThen(
          execute(asked, (event) => void Queue.offerUnsafe(queue, event)),
          Queue.end(queue)
        )
      ),
    each: execute,
    ask: (asked) =>
      Effect.suspend(() => {
        let summary = RunSummary.initial
        const take = (event: AgentEvent) => {
          summary = RunSummary.add(summary, event)
        }
        return Effect.map(execute(asked, take), () => summary)
      })
  }
}
