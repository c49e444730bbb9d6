/**
 * graph: random graphs of calls, small enough to be read when one of them shows a fault.
 */
import { Schema } from "effect"

import type { Call, Limits } from "./simulator.ts"

const below = (end: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: end - 1 }))

/** 0: none. */
const Limit = Schema.Literals([0, 0, 1, 2, 3, 8])

const Tool = Schema.Struct({
  isReadOnly: Schema.Literals([true, true, false]),
  /** Whether its annotation names tags: from the arguments, always the same, or not at all. */
  tags: Schema.Literals(["arguments", "arguments", "arguments", "fixed", "none"]),
  /** 0: none. */
  upstream: below(3),
  limit: Limit
})

/** What calls ask for: two calls of one kind, and with equal results of others in their arguments, are equal. */
const Kind = Schema.Struct({
  tool: below(6),
  tags: Schema.Array(below(4)).check(Schema.isMaxLength(2)),
  millis: Schema.Union([
    Schema.Literals([1, 10, 10, 20]),
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))
  ]),
  /** It fails where this is 1. */
  luck: below(9)
})

export const Graph = Schema.Struct({
  runLimit: Limit,
  upstreamLimits: Schema.Tuple([Limit, Limit]),
  tools: Schema.Array(Tool).check(Schema.isMinLength(1), Schema.isMaxLength(6)),
  kinds: Schema.Array(Kind).check(Schema.isMinLength(1), Schema.isMaxLength(30)),
  calls: Schema.Array(
    Schema.Struct({
      kind: below(30),
      /** How many calls before it each of those stands whose results it needs. */
      needs: Schema.Array(below(12)).check(Schema.isMaxLength(3))
    })
  ).check(Schema.isMinLength(1), Schema.isMaxLength(50)),
  /** The calls from this one on are steps of one plan; those before it are calls of their own, and need nothing. */
  planFrom: Schema.Union([Schema.Literals([0, 50]), below(50)])
})
export type Graph = typeof Graph.Type

/** A tool as the test makes it. */
export interface ToolOf {
  readonly name: string
  readonly isReadOnly: boolean
  /** `undefined`: its annotation names none. */
  readonly tags: ReadonlyArray<string> | "arguments" | undefined
  readonly upstream: { readonly name: string; readonly concurrency: number } | undefined
  readonly limit: number
}

/** The arguments of a call, but for the results of others. */
export interface Arguments {
  readonly tags: ReadonlyArray<string>
  readonly millis: number
  readonly isFailing: boolean
}

export interface WrittenCall extends Call {
  /** As the engine names it. */
  readonly id: string
  /** Its name in the plan, where it is a step of it. */
  readonly stepId: string
  readonly arguments: Arguments
  /** What its handler gives: the same for calls of equal arguments. */
  readonly value: string
}

/** A graph as it is run and as it is simulated. */
export interface Written {
  readonly tools: ReadonlyArray<ToolOf>
  readonly limits: Limits
  readonly calls: ReadonlyArray<WrittenCall>
  /** How many of the calls are no steps of the plan. */
  readonly plain: number
}

const limitOf = (limit: number | undefined): number => (limit === undefined || limit === 0 ? Infinity : limit)

export const valueOf = (tool: string, { isFailing, millis, tags }: Arguments): string =>
  `${tool} ${tags.join(" ")} ${millis}${isFailing ? "!" : ""}`

/** `graph` in calls of tools. */
export const write = (graph: Graph): Written => {
  const plain = Math.min(graph.planFrom, graph.calls.length)
  const upstreamLimits = new Map(graph.upstreamLimits.map((limit, index) => [`up${index + 1}`, limitOf(limit)]))
  const tools = graph.tools.map(({ isReadOnly, limit, tags, upstream }, index): ToolOf => {
    const name = `up${upstream}`
    return {
      name: `${isReadOnly ? "read" : "write"}${index}`,
      isReadOnly,
      tags: tags === "arguments" ? tags : tags === "none" ? undefined : [tagOf(upstream, index % 3)],
      upstream: upstream === 0 ? undefined : { name, concurrency: upstreamLimits.get(name) ?? Infinity },
      limit: limitOf(limit)
    }
  })
  const calls: Array<WrittenCall> = []
  for (const [index, asked] of graph.calls.entries()) {
    const kind = at(graph.kinds, asked.kind)
    const { isReadOnly, name, tags, upstream } = at(tools, kind.tool)
    const tagNames = [...new Set(kind.tags)].map((tag) => tagOf(at(graph.tools, kind.tool).upstream, tag))
    const own: Arguments = { tags: tagNames, millis: kind.millis, isFailing: kind.luck === 1 }
    const earlier = asked.needs.map((distance) => index - 1 - distance)
    const needs = index < plain ? [] : [...new Set(earlier)].filter((other) => other >= plain)
    const value = valueOf(name, own)
    calls.push({
      id: index < plain ? `call_0_${index}` : `call_0_${plain}.s${index}`,
      stepId: `s${index}`,
      arguments: own,
      value,
      tool: name,
      isReadOnly,
      upstream: upstream?.name,
      tags: tags === "arguments" ? own.tags : tags,
      tagsBefore: tags !== "arguments" ? tags : needs.length === 0 ? own.tags : "anything",
      key: [value, ...needs.map((need) => calls[need]?.value)].join(", "),
      needs,
      millis: own.millis,
      isFailing: own.isFailing
    })
  }
  const toolLimits = new Map(tools.map(({ limit, name }) => [name, limit]))
  const limits: Limits = {
    run: limitOf(graph.runLimit),
    tool: (name) => toolLimits.get(name) ?? Infinity,
    upstream: (name) => upstreamLimits.get(name) ?? Infinity
  }
  return { tools, limits, calls, plain }
}

/** The element at `index`, round and round. */
const at = <A>(all: ReadonlyArray<A>, index: number): A => {
  const found = all[index % all.length]
  if (found === undefined) throw new Error("a graph has at least one tool and one kind")
  return found
}

/** A tag of an upstream: what one upstream holds no other does. */
const tagOf = (upstream: number, tag: number): string => `${upstream}${"abcd".charAt(tag)}`

/** A graph in a few lines: what is limited, then a line a call: `3p write2@up1 [1a] 20 ms after 0 1`, p for a step of the plan. */
export const show = ({ calls, limits, plain, tools }: Written): string => {
  const limited = [
    ["run", limits.run],
    ...["up1", "up2"].map((name) => [name, limits.upstream(name)] as const),
    ...tools.map(({ limit, name }) => [name, limit] as const)
  ].flatMap(([name, limit]) => (limit === Infinity ? [] : [`${name} at most ${limit}`]))
  const lines = calls.map((call, index) => {
    const { isFailing, millis, needs, tags, tagsBefore, tool, upstream } = call
    const touches = tags === undefined ? "*" : tags.join(" ")
    // Where its tags are known only with its arguments.
    const before = tagsBefore === tags ? "" : ", before *"
    return [
      `${index}${index < plain ? "" : "p"} ${tool}${upstream === undefined ? "" : `@${upstream}`}`,
      `[${touches}${before}] ${millis} ms`,
      ...(isFailing ? ["fails"] : []),
      ...(needs.length > 0 ? [`after ${needs.join(" ")}`] : [])
    ].join(" ")
  })
  return [limited.length === 0 ? "no limits" : limited.join(", "), ...lines].join("\n")
}
