/**
 * Span: what a run tells a tracer, where somebody traces; where nobody does there is no span, and nothing is paid for one.
 *
 * Children are asked of the tracer directly: `Effect.withSpan` costs each of them three copies of the fiber's context. What they
 * say is named by `explain/Trace`.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"

import type { Component } from "./explain/Component.ts"
import { Content } from "./explain/Recorder.ts"
import { Attribute, phaseEvent, phaseMillis, phaseReason } from "./explain/Trace.ts"

/** What the spans of one run have in common. */
interface Way {
  readonly tracer: Tracer.Tracer
  readonly clock: Clock.Clock
  /** Of all spans, as the application has it (`Effect.annotateSpans`). */
  readonly annotations: Readonly<Record<string, unknown>>
  readonly hasContent: boolean
}

/** Phases that took less are not told. */
const leastPhaseMillis = 0.05

export type Attributes = Readonly<Record<string, unknown>>

/** Why a phase was waited for. */
export type Reason = "retry" | "rate_limit" | "approval"

/** What tells of the phases of a span that are not over. */
const open = new WeakMap<Tracer.AnySpan, Set<() => void>>()

/** A span of a run, or the place under which such spans are begun. */
export class Span {
  readonly #way: Way
  readonly #parent: Option.Option<Tracer.AnySpan>
  /** `undefined` where it is somebody else's, of which nothing can be said. */
  readonly #own: Tracer.Span | undefined

  constructor(way: Way, parent: Tracer.AnySpan | undefined) {
    this.#way = way
    this.#parent = Option.fromUndefinedOr(parent)
    this.#own = parent?._tag === "Span" ? parent : undefined
  }

  /** Whether arguments and results may stand in spans. */
  get hasContent(): boolean {
    return this.#way.hasContent
  }

  /** Begins a span under this one. Whoever begins it ends it. */
  child(name: string, attributes: Attributes, kind: Tracer.SpanKind = "internal"): Span {
    const { annotations, clock, tracer } = this.#way
    const inner = tracer.span({
      name,
      parent: this.#parent,
      annotations: Context.empty(),
      links: [],
      startTime: clock.currentTimeNanosUnsafe(),
      kind,
      root: false,
      sampled: Option.isNone(this.#parent) || this.#parent.value.sampled
    })
    const span = new Span(this.#way, inner)
    for (const key in annotations) inner.attribute(key, annotations[key])
    for (const key in attributes) inner.attribute(key, attributes[key])
    return span
  }

  /** Says nothing where nothing is known. After the end tracers take nothing more. */
  attribute(key: string, value: unknown): void {
    if (value !== undefined && value !== null) this.#own?.attribute(key, value)
  }

  /** The `millis` before now belonged to `component`. */
  phase(component: Component, millis: number, reason?: Reason): void {
    if (!(millis >= leastPhaseMillis) || !this.#isOpen) return
    this.#own?.event(phaseEvent, this.#way.clock.currentTimeNanosUnsafe(), {
      [Attribute.component]: component,
      [phaseMillis]: millis,
      ...(reason !== undefined && { [phaseReason]: reason })
    })
  }

  /** By which phases are measured. */
  nowMillis(): number {
    return Number(this.#way.clock.monotonicTimeNanosUnsafe()) / 1e6
  }

  /** `effect`, of which this says how long it took, and for what; where this ends first, how long until then. */
  timed<A, E, R>(effect: Effect.Effect<A, E, R>, component: Component, reason?: Reason): Effect.Effect<A, E, R> {
    const own = this.#own
    if (own === undefined) return effect
    return Effect.suspend(() => {
      const startMillis = this.nowMillis()
      const tell = () => this.phase(component, this.nowMillis() - startMillis, reason)
      const all = open.get(own) ?? new Set()
      open.set(own, all.add(tell))
      return Effect.onExit(effect, () =>
        Effect.sync(() => {
          if (all.delete(tell)) tell()
        })
      )
    })
  }

  /** More than once is once. */
  end(exit: Exit.Exit<unknown, unknown> = Exit.void): void {
    const own = this.#own
    if (own === undefined || !this.#isOpen) return
    for (const tell of open.get(own) ?? []) tell()
    open.delete(own)
    own.end(this.#way.clock.currentTimeNanosUnsafe(), exit)
  }

  /** `effect`, whose own spans stand under this one. */
  over<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Option.isNone(this.#parent) ? effect : Effect.provideService(effect, Tracer.ParentSpan, this.#parent.value)
  }

  /** The same, and this ends as `effect` does. */
  around<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.onExit(this.over(effect), (exit) => Effect.sync(() => this.end(exit)))
  }

  get #isOpen(): boolean {
    return this.#own?.status._tag === "Started"
  }
}

/** Whether spans of `fiber` are kept by anybody: Effect's own tracer keeps them for nobody. */
const isTraced = (fiber: Fiber.Fiber<unknown, unknown>): boolean =>
  fiber.getRef(References.TracerEnabled) && fiber.getRef(Tracer.Tracer) !== Tracer.nativeTracer

const wayOf = (fiber: Fiber.Fiber<unknown, unknown>): Way => ({
  tracer: fiber.getRef(Tracer.Tracer),
  clock: fiber.getRef(Clock.Clock),
  annotations: fiber.getRef(References.TracerSpanAnnotations),
  hasContent: fiber.getRef(Content)
})

/** The place under which spans of `fiber` stand; `undefined` where nobody traces. */
export const current = (fiber: Fiber.Fiber<unknown, unknown>): Span | undefined =>
  isTraced(fiber) ? new Span(wayOf(fiber), Context.getOrUndefined(fiber.context, Tracer.ParentSpan)) : undefined

/** The same of the fiber that asks. */
export const here: Effect.Effect<Span | undefined> = Effect.withFiber((fiber) => Effect.succeed(current(fiber)))

/** `use` in a span `name`, which ends as it does; with none where nobody traces. */
export const whenTraced = <A, E, R>(
  name: string,
  attributes: Attributes,
  use: (span: Span | undefined) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) => {
    if (!isTraced(fiber)) return use(undefined)
    return Effect.useSpan(name, { attributes }, (inner) => {
      const span = new Span(wayOf(fiber), inner)
      return span.over(use(span))
    })
  })

/** Phases that follow one another. */
export interface Phases {
  /** What was done since the last phase, or `begin`, belongs to `component`. */
  readonly end: (component: Component) => void
  readonly begin: () => void
}

/** Phases of `span`, from now on. */
export const phases = (span: Span | undefined): Phases => {
  if (span === undefined) return untold
  let startMillis = span.nowMillis()
  return {
    begin: () => {
      startMillis = span.nowMillis()
    },
    end: (component) => {
      const nowMillis = span.nowMillis()
      span.phase(component, nowMillis - startMillis)
      startMillis = nowMillis
    }
  }
}

const untold: Phases = { begin: () => {}, end: () => {} }

/** `effect`, of which the span that it runs in, if there is one, says how long it took, and for what. */
export const phase = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  component: Component,
  reason?: Reason
): Effect.Effect<A, E, R> => Effect.withFiber((fiber) => current(fiber)?.timed(effect, component, reason) ?? effect)
