/**
 * Route: what a question asks for, as rules of the application understand it before any model does, and whether they may answer
 * it. What the words mean is the application's; what may be answered without a model is decided here.
 */
import type * as Tool from "effect/ai/Tool"
import type * as Effect from "effect/Effect"

import type { Rendered } from "../schedule/Annotations.ts"
import { rulesOf } from "../schedule/Policy.ts"

/** Something that the question names and the application knows, such as a person. */
export interface Entity {
  /** In the application's words. */
  readonly kind: string
  /** As the question has it. */
  readonly text: string
  /** As it is known. */
  readonly name: string
}

/** What the answer is to be narrowed to, by the application's names of fields. */
export type Filters = Readonly<Record<string, string | number | boolean | ReadonlyArray<string>>>

export interface Call {
  readonly name: string
  /** Encoded, as a model would write them. */
  readonly parameters: Readonly<Record<string, unknown>>
}

/** How a call ended. */
export interface Outcome {
  readonly ok: boolean
  /** The encoded result, or the encoded failure. */
  readonly value: unknown
}

/** One thing that a question asks for. */
export interface Wish {
  /** The tools of which one call grants it. */
  readonly tools: ReadonlyArray<string>
  /** The one of `foreseen` that does, where it is known to. */
  readonly call?: Call | undefined
  /**
   * Words what such a call gave in answer to this wish, where the tool's own `Renderer` would say something else than is asked
   * for: `undefined` where that may word it, null where the call does not tell what is asked for, and a model is to look at it.
   */
  readonly words?: ((name: string, call: Rendered) => string | null | undefined) | undefined
}

/** How a question is answered without a model. */
export interface Answerable {
  /** None needs another's result. */
  readonly calls: ReadonlyArray<Call>
  /**
   * The answer, from one outcome a call and in their order; `undefined` where they do not bear one out after all, so that the
   * model is to be asked, with what was read.
   */
  render(outcomes: ReadonlyArray<Outcome>): string | undefined
}

/** What is known of a question before a model sees it. */
export interface Analysis {
  /** What is asked for, in the application's words; `undefined` where that is not understood. */
  readonly intent: string | undefined
  readonly entities: ReadonlyArray<Entity>
  readonly filters: Filters
  /** Whether it may want something changed. In doubt it does. */
  readonly writes: boolean
  /** `simple`: one wish, for which calls that do not need each other's results are enough. In doubt it is complex. */
  readonly complexity: "simple" | "complex"
  /** Names of the tools that fit, best first. */
  readonly tools: ReadonlyArray<string>
  /** That intent, entities and filters are all that is meant: 0-1. */
  readonly confidence: number
  /** Why it is that sure or unsure, in a sentence. */
  readonly reason: string
  /** Only of a question that changes nothing. */
  readonly answerable: Answerable | undefined
  /** Reads that its answer is likely made of, the likeliest first. None needs another's result. */
  readonly foreseen: ReadonlyArray<Call>
  /**
   * What it asks for, wish by wish, where that is nothing but what tools' results say. Empty where it may ask for more (a choice,
   * a comparison, reasons): then a model words the answer.
   */
  readonly wishes: ReadonlyArray<Wish>
  /** Whether it means the same whatever was said before it. In doubt, and where that is absent, it does not. */
  readonly standsAlone?: boolean
}

/** What an application supplies. */
export interface Router {
  /** Bounded in time, since every question waits for it; what cannot be looked up in time makes it unsure. */
  analyse(question: string): Effect.Effect<Analysis>
}

/** How a question goes on, and why. */
export type Decision =
  | { readonly route: "rules"; readonly answerable: Answerable; readonly confidence: number; readonly reason: string }
  | { readonly route: "model"; readonly confidence: number; readonly reason: string }

/** What is left of `analysis` where something was said before the question: nothing is answered, read or granted that may be another's. */
export const following = (analysis: Analysis): Analysis =>
  analysis.standsAlone === true
    ? analysis
    : {
        ...analysis,
        reason: analysis.answerable === undefined ? analysis.reason : "It may mean what was said before.",
        answerable: undefined,
        foreseen: [],
        wishes: []
      }

/** The confidence from which rules may answer. */
export const sureFrom = 0.9

/**
 * Whether rules answer the question that `analysis` is of, with `tools` to call.
 *
 * **Details**
 *
 * They do where the application is sure, nothing is to be changed, and every tool to be called is there and only reads. That
 * is looked up in the tools' own annotations: an application that errs about them writes nothing.
 */
export const decide = (analysis: Analysis, tools: Readonly<Record<string, Tool.Any>>): Decision => {
  const { answerable, confidence, reason, writes } = analysis
  const toModel = (reason: string): Decision => ({ route: "model", confidence, reason })
  if (answerable === undefined || answerable.calls.length === 0) return toModel(reason)
  if (writes) return toModel("It may want something changed.")
  if (!(confidence >= sureFrom)) return toModel(reason)
  for (const { name } of answerable.calls) {
    const tool = Object.hasOwn(tools, name) ? tools[name] : undefined
    if (tool === undefined) return toModel(`The tool ${name} is not there.`)
    if (!rulesOf(tool).isReadOnly) return toModel(`The tool ${name} does not only read.`)
  }
  return { route: "rules", answerable, confidence, reason }
}
