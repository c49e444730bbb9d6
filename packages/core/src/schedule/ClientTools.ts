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
import type { Calls } from "./Calls.ts"

export interface ClientTools {
  /** Why they cannot be offered beside tools of these names, in one sentence; undefined where they can. */
  readonly problem: (taken: (name: string) => boolean) => string | undefined
  /** `own` and, after them, these: the same array for the same one. */
  readonly beside: (own: ReadonlyArray<Tool.Any>) => ReadonlyArray<Tool.Any>
  readonly choice: ModelRequest["toolChoice"]
  /** `calls` for the agent's own tools alone. */
  readonly apart: (calls: Calls) => Calls
  /** The agent's own calls of a turn. */
  readonly own: (turn: Turn) => Turn
  /** The calls of a turn that are the client's to make. None may be made where it is incomplete. */
  readonly handed: (turn: Turn) => ReadonlyArray<Call>
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

/** Those of `request`; undefined where it has none, or forbids them. */
export const make = ({ clientTools = [], toolChoice = "auto" }: AgentRequest): ClientTools | undefined => {
  if (clientTools.length === 0 || toolChoice === "none") return undefined
  const names = new Set(clientTools.map(({ name }) => name))
  const isHanded = ({ name }: Call) => names.has(name)
  const tools = clientTools.map(toolOf)
  let offered: { readonly own: ReadonlyArray<Tool.Any>; readonly all: ReadonlyArray<Tool.Any> } | undefined
  return {
    problem: (taken) => {
      const wrong = clientTools.find(({ name }) => !isName(name))
      if (wrong !== undefined) {
        return `A tool cannot be named ${JSON.stringify(wrong.name.slice(0, 80))}: use 1 to 64 letters, digits, _ and -.`
      }
      const own = clientTools.find(({ name }) => taken(name))
      if (own !== undefined) return `The agent has a tool ${own.name} of its own: name yours otherwise.`
      if (names.size < clientTools.length) return "Two tools have the same name: name one of them otherwise."
      if (typeof toolChoice === "object" && !names.has(toolChoice.tool)) {
        return `There is no tool ${toolChoice.tool} to be chosen: choose one of those that you offer.`
      }
      return undefined
    },
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
    handed: ({ calls, isComplete }) => (isComplete ? calls.filter(isHanded) : [])
  }
}
