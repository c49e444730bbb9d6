/**
 * SpanTracer: Effect's own spans, handed on as text when each ends.
 *
 * **Gotchas**
 *
 * `@opentelemetry/api`'s active span is not set: instrumentation that looks for it finds none. Nothing here does.
 */
import type * as Exit from "effect/Exit"
import * as Tracer from "effect/Tracer"

import * as SpanText from "./SpanText.ts"

type Take = (text: string) => void

class Spoken extends Tracer.NativeSpan {
  readonly #take: Take
  /** Most spans have none. */
  #events: Array<SpanText.Event> | undefined

  constructor(options: Parameters<Tracer.Tracer["span"]>[0], take: Take) {
    super(options)
    this.#take = take
  }

  override event(name: string, atNanos: bigint, attributes: Readonly<Record<string, unknown>> = {}): void {
    if (this.status._tag === "Started") (this.#events ??= []).push({ name, atNanos, attributes })
  }

  override end(endNanos: bigint, exit: Exit.Exit<unknown, unknown>): void {
    if (this.status._tag === "Ended") return
    super.end(endNanos, exit)
    if (this.sampled) this.#take(SpanText.make(this, this.#events ?? [], endNanos, exit))
  }
}

/** A tracer whose spans `take` gets, each once. */
export const make = (take: Take): Tracer.Tracer => Tracer.make({ span: (options) => new Spoken(options, take) })
