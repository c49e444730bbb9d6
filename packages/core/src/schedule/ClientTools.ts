/**
 * ClientTools: the tools of one run that its client runs: offered to the model beside the agent's own, and handed over when it asks
 * for them. A run whose model asked for one ends with that message.
 */
import * as Tool from "effect/ai/Tool"
import * as Effect from "effect/Effect"

import type { AgentRequest, ClientTool } from "../AgentRequest.ts"
import type { Call } from "../Message.ts"
import type { ModelRequest } from "../model/ModelStream.ts"
import type { Turn } from "../model/Turn.ts"
import * as Attempt from "./Attempt.ts"
import type { Calls } from "./Calls.ts"

export interface ClientTools {
  /** `own` and, after them, these: the same array for the same one. */
  readonly beside: (own: ReadonlyArray<Tool.Any>) => ReadonlyArray<Tool.Any>
  readonly choice: ModelRequest["toolChoice"]
  /** `calls` for the agent's own tools alone. */
  readonly apart: (calls: Calls) => Calls
  /** The turn with the agent's own calls alone. */
  readonly own: (turn: Turn) => Turn
  /** The calls of a turn that are the client's to make. None may be made where it is incomplete. */
  readonly handed: (turn: Turn) => ReadonlyArray<Call>
  /** The outcomes of all calls of a turn of which none is handed over, in their order, from those of the agent's own. */
  readonly outcomes: (turn: Turn, own: ReadonlyArray<Attempt.Outcome>) => ReadonlyArray<Attempt.Outcome>
}

/** Made once for a list, which a client mostly sends with each request: so the layers below know that they have it written down. */
const made = new WeakMap<ClientTool, Tool.Any>()

const toolOf = (tool: ClientTool): Tool.Any => {
  const known = made.get(tool)
  if (known !== undefined) return known
  const { description, name, parameters } = tool
  const dynamic = Tool.dynamic(name, { ...(description === undefined ? {} : { description }), parameters })
  made.set(tool, dynamic)
  return dynamic
}

/** A name as providers take them. */
const isName = (name: string): boolean => /^[\w-]{1,64}$/.test(name)

const shown = (name: string): string => JSON.stringify(name.slice(0, 80))

/**
 * Why the client's tools cannot be offered as a request asks, beside tools whose names are `taken`, in one sentence; undefined where
 * they can.
 */
export const problem = (
  { clientTools = [], toolChoice = "auto" }: AgentRequest,
  taken: (name: string) => boolean
): string | undefined => {
  if (toolChoice === "none" || (toolChoice === "auto" && clientTools.length === 0)) return undefined
  const names = new Set(clientTools.map(({ name }) => name))
  const wrong = clientTools.find(({ name }) => !isName(name))
  if (wrong !== undefined) {
    return `A tool cannot be named ${shown(wrong.name)}: use 1 to 64 letters, digits, _ and -.`
  }
  const own = clientTools.find(({ name }) => taken(name))
  if (own !== undefined) return `The agent has a tool ${own.name} of its own: name yours otherwise.`
  if (names.size < clientTools.length) return "Two tools have the same name: name one of them otherwise."
  const shapeless = clientTools.find(({ parameters: { type = "object" } }) => type !== "object")
  if (shapeless !== undefined) return `The arguments of ${shapeless.name} must be an object: give a schema of one.`
  if (typeof toolChoice === "object" && !names.has(toolChoice.tool)) {
    return `There is no tool ${shown(toolChoice.tool)} to be chosen: choose one of those that you offer.`
  }
  return toolChoice === "required" && names.size === 0 ? "A tool is required, and you offer none." : undefined
}

const cutShort = Attempt.failed("The message that asked for this was cut short, so it did not run.")

/** Those of `request`; undefined where it has none, or forbids them. */
export const make = ({ clientTools = [], toolChoice = "auto" }: AgentRequest): ClientTools | undefined => {
  if (clientTools.length === 0 || toolChoice === "none") return undefined
  const names = new Set(clientTools.map(({ name }) => name))
  const isHanded = ({ name }: Call) => names.has(name)
  const tools = clientTools.map(toolOf)
  let offered: { readonly own: ReadonlyArray<Tool.Any>; readonly all: ReadonlyArray<Tool.Any> } | undefined
  return {
    beside: (own) => {
      if (offered?.own !== own) offered = { own, all: [...own, ...tools] }
      return offered.all
    },
    choice: toolChoice,
    apart: (calls) => ({
      ...calls,
      onCall: (call) => (isHanded(call) ? Effect.void : calls.onCall(call))
    }),
    own: (turn) => {
      const calls = turn.calls.filter((call) => !isHanded(call))
      return calls.length === turn.calls.length ? turn : { ...turn, calls }
    },
    handed: ({ calls, isComplete }) => (isComplete ? calls.filter(isHanded) : []),
    outcomes: ({ calls }, own) => {
      let next = 0
      return calls.flatMap((call) => (isHanded(call) ? cutShort : (own[next++] ?? [])))
    }
  }
}
