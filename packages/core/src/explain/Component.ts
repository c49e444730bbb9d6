/**
 * Component: what an instant of a run was spent on.
 */
import * as Schema from "effect/Schema"

/**
 * - `start-up`: resolving the toolkit, facts, the look for a remembered answer.
 * - `routing`: what is made of the question before a model sees it.
 * - `tool-selection`: choosing the tools on offer. `tool-definitions`: writing them down. `prompt`: writing the request.
 * - `model-wait`: from the request to its first token. `decoding`: from there to the last.
 * - `tools`: tools that nothing else hid, and what is read ahead while the model waits for it. `queueing`: waiting for a place, a rate or a retry. `approval`: waiting for a person.
 * - `overhead`: the rest, which is the engine's own.
 */
export const Component = Schema.Literals([
  "start-up",
  "routing",
  "tool-selection",
  "tool-definitions",
  "prompt",
  "model-wait",
  "decoding",
  "tools",
  "queueing",
  "approval",
  "overhead"
])
export type Component = typeof Component.Type
