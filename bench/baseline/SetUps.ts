/**
 * SetUps: the five ways to answer a household's question that are compared, each adding one lever to the one before it. The one
 * place where they differ.
 */
import * as Agent from "@callsheet/core/Agent"
import * as Policy from "@callsheet/core/schedule/Policy"
import * as OpenAiModel from "@callsheet/openai/OpenAiModel"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

import * as Agents from "./Agents.ts"
import type { Where } from "./Household.ts"
import type * as Runs from "./Runs.ts"

export interface SetUp {
  readonly name: string
  /** How it works, for a reader. */
  readonly what: string
  readonly agent: Runs.Contestant
  /** Whether a process is spawned for each question, which ends with its answer. */
  readonly isSpawned: boolean
  /** Whether the model's words and calls are taken as they are written. */
  readonly streaming: boolean
  /** Whether reads and answers are remembered, and what most questions need was read ahead. */
  readonly remembers: boolean
}

/** Nothing is known before the model speaks, and nothing remembered. */
const plain: Partial<Policy.Policy> = {
  ...Agents.base.policy,
  rememberAnswers: false,
  foresight: { ...Policy.standard.foresight, mostCalls: 0 }
}

const oneByOne = Agent.make({ ...Agents.base, policy: { ...plain, toolConcurrency: 1 } })
const together = Agent.make({ ...Agents.base, policy: plain })
const planning = Agent.make({ ...Agents.base, policy: { ...plain, plans: true } })

export const before: SetUp = {
  name: "process a query",
  what: "as the earlier system worked: a process for each question, calls one after another, not streaming, no cache",
  agent: oneByOne,
  isSpawned: true,
  streaming: false,
  remembers: false
}

export const sequential: SetUp = {
  name: "sequential",
  what: "the same in one process that stays, over open connections",
  agent: oneByOne,
  isSpawned: false,
  streaming: false,
  remembers: false
}

export const parallel: SetUp = {
  name: "parallel",
  what: "streaming, and calls run together, each as soon as it is written",
  agent: together,
  isSpawned: false,
  streaming: true,
  remembers: false
}

const plans: SetUp = {
  name: "with plans",
  what: "parallel, and dependent calls are asked for in one message",
  agent: planning,
  isSpawned: false,
  streaming: true,
  remembers: false
}

const everything: SetUp = {
  name: "everything",
  what: "as the command has it: parallel, with rules, foresight, wishes, bundles of tools, and a cache that was read ahead; no plans",
  agent: Agents.on,
  isSpawned: false,
  streaming: true,
  remembers: true
}

export const all: ReadonlyArray<SetUp> = [before, sequential, parallel, plans, everything]

/** Where a model is, and how it lets one in. */
export interface Model {
  readonly baseUrl: string
  readonly apiKey?: Redacted.Redacted<string>
  /** Its id; the provider's default of this project, where it is absent. */
  readonly model?: string
}

/** The wires of a set-up: they stay open from run to run, as long as the process is there. */
export const wires = ({ streaming }: SetUp, model: Model) =>
  Layer.merge(OpenAiModel.layerModelStream({ ...model, api: "responses", streaming }), NodeHttpClient.layerUndici)

/** Room for what is remembered: where nothing is, there is none. */
const noRoom = { memoryBytes: 0 } as const

/** The tools of a set-up, and what they remember: nothing yet. */
export const household = ({ remembers }: SetUp, where: Pick<Where, "environment">) =>
  Agents.household(where, remembers ? {} : noRoom)
