/**
 * Shapes: six shapes of dependence between tool calls, as what a model says, and how long each takes on paper.
 *
 * Shapes with dependence come twice: asked for step by step ("loop"), and all at once ("plan").
 */
import type { Reply } from "@callsheet/testkit/scripted/Script"
import { type Chunk, replyMillis, timeline, type Timing } from "@callsheet/testkit/scripted/Timing"
import * as Duration from "effect/Duration"

export const timing: Timing = { firstToken: Duration.millis(350), tokensPerSecond: 120 }

/** How long each tool takes. */
export const toolMillis = { look_up: 40, compare: 40, crawl: 600 } as const

interface Call {
  readonly name: keyof typeof toolMillis
  readonly input: Readonly<Record<string, unknown>>
}

interface PlanStep {
  readonly id: string
  readonly tool: keyof typeof toolMillis
  readonly forEach?: unknown
  readonly input: Readonly<Record<string, unknown>>
}

/** One message of the model that asks for something: calls that may run side by side, or a plan. */
type Message = { readonly calls: ReadonlyArray<Call> } | { readonly plan: ReadonlyArray<PlanStep> }

export interface Variant {
  /** Also the question, by which the model's process knows what to say. */
  readonly name: string
  readonly isPlan: boolean
  readonly replies: ReadonlyArray<Reply>
  /** Tool calls that run, the elements of a for-each one by one. */
  readonly toolCalls: number
  /** What a run takes if nothing but dependence makes anything wait. */
  readonly criticalPathMillis: number
}

export const answer = "These are the titles that you asked for, in the order in which they came."

const callsOf = (message: Message): Reply["calls"] =>
  "calls" in message ? message.calls : [{ name: "run_plan", input: { steps: message.plan } }]

/** When each call ends, in milliseconds from the request, begun as soon as the last token of its arguments is there. */
const callEnds = (calls: ReadonlyArray<Call>, chunks: ReadonlyArray<Chunk>): ReadonlyArray<number> =>
  calls.map(({ name }, index) => {
    const last = chunks.findLast((chunk) => chunk._tag === "Arguments" && chunk.call === index)
    return (last?.atMillis ?? 0) + toolMillis[name]
  })

/** The same for the steps of a plan: each begins when it is written whole and what it refers to has ended. */
const stepEnds = (plan: ReadonlyArray<PlanStep>, chunks: ReadonlyArray<Chunk>): ReadonlyArray<number> => {
  const ends = new Map<string, number>()
  let written = `{"steps":`.length
  for (const step of plan) {
    const text = JSON.stringify(step)
    // The bracket or comma before it.
    written += 1 + text.length
    let arrived = 0
    const last = chunks.find((chunk) => (arrived += chunk.delta.length) >= written)
    const needs = Array.from(text.matchAll(/"\$from":"(\w+)"/g), ([, id = ""]) => ends.get(id) ?? 0)
    ends.set(step.id, Math.max(last?.atMillis ?? 0, ...needs) + toolMillis[step.tool])
  }
  return [...ends.values()]
}

const messageMillis = (message: Message): number => {
  const reply = { text: "", calls: callsOf(message) }
  const chunks = timeline(reply, timing)
  const ends = "calls" in message ? callEnds(message.calls, chunks) : stepEnds(message.plan, chunks)
  return Math.max(replyMillis(reply, timing), ...ends)
}

const variant = (name: string, toolCalls: number, messages: ReadonlyArray<Message>): Variant => {
  const last: Reply = { text: answer, calls: [] }
  return {
    name,
    isPlan: messages.some((message) => "plan" in message),
    replies: [...messages.map((message) => ({ text: "", calls: callsOf(message) })), last],
    toolCalls,
    criticalPathMillis: messages.reduce((sum, message) => sum + messageMillis(message), replyMillis(last, timing))
  }
}

const id = (n: number) => `tt${1_000_000 + n}`
const ids = (count: number) => Array.from({ length: count }, (_, index) => id(index))

const lookUps = (count: number): ReadonlyArray<Call> =>
  ids(count).map((title) => ({ name: "look_up", input: { id: title } }))
const crawl: Call = { name: "crawl", input: { id: id(0) } }
const compare = (...compared: ReadonlyArray<string>): Call => ({ name: "compare", input: { ids: compared } })

/** In a plan: `key` of the result of step `from`. */
const of = (from: string, ...path: ReadonlyArray<string>) => ({ $from: from, path })

/** A title's `next` is the one after it; see the handlers in `Contestants`. */
const chain: ReadonlyArray<Message> = lookUps(4).map((call) => ({ calls: [call] }))
const chainPlan: ReadonlyArray<PlanStep> = [
  { id: "a", tool: "look_up", input: { id: id(0) } },
  { id: "b", tool: "look_up", input: { id: of("a", "next") } },
  { id: "c", tool: "look_up", input: { id: of("b", "next") } },
  { id: "d", tool: "look_up", input: { id: of("c", "next") } }
]

const diamond: ReadonlyArray<Message> = [
  { calls: lookUps(1) },
  { calls: lookUps(3).slice(1) },
  { calls: [compare(id(2), id(3))] }
]
const diamondPlan: ReadonlyArray<PlanStep> = [
  { id: "a", tool: "look_up", input: { id: id(0) } },
  { id: "b", tool: "look_up", input: { id: of("a", "next") } },
  { id: "c", tool: "look_up", input: { id: of("a", "overnext") } },
  { id: "d", tool: "compare", input: { ids: [of("b", "next"), of("c", "next")] } }
]

const stages: ReadonlyArray<Message> = [{ calls: lookUps(8) }, { calls: [compare(...ids(9).slice(1))] }]
const stagesPlan: ReadonlyArray<PlanStep> = [
  { id: "a", tool: "look_up", forEach: ids(8), input: { id: of("$item") } },
  { id: "b", tool: "compare", input: { ids: of("a", "*", "next") } }
]

export const variants: ReadonlyArray<Variant> = [
  variant("independent 4", 4, [{ calls: lookUps(4) }]),
  variant("independent 50", 50, [{ calls: lookUps(50) }]),
  variant("chain of 4, loop", 4, chain),
  variant("chain of 4, plan", 4, [{ plan: chainPlan }]),
  variant("diamond, loop", 4, diamond),
  variant("diamond, plan", 4, [{ plan: diamondPlan }]),
  variant("two stages, loop", 9, stages),
  variant("two stages, plan", 9, [{ plan: stagesPlan }]),
  variant("one slow among 4", 4, [{ calls: [crawl, ...lookUps(3)] }])
]
