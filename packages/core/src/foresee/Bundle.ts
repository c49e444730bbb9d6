/**
 * Bundle: tools that are offered together. There are few, and they never change, so that the beginnings of prompts repeat from
 * question to question. Pure.
 */
import type * as Tool from "effect/ai/Tool"
import * as Context from "effect/Context"

import * as Annotations from "../schedule/Annotations.ts"
import * as Terms from "./Terms.ts"

export interface Bundle {
  /** What its questions are about. */
  readonly name: string
  /** Names of tools, some of which may be in other bundles too. Those that the toolkit lacks are passed over. */
  readonly tools: ReadonlyArray<string>
}

/** Each is a beginning of prompts that the provider is to keep. */
export const most = 8

/** Why `bundles` cannot be used, in a sentence; `undefined` where they can. */
export const problem = (bundles: ReadonlyArray<Bundle>): string | undefined => {
  if (bundles.length > most) return `There are ${bundles.length} bundles of tools: join some, ${most} are the most.`
  const twice = bundles.find(({ name }, index) => bundles.findIndex((other) => other.name === name) !== index)
  return twice && `Two bundles of tools are named ${twice.name}: rename one.`
}

/** What a tool belongs to, for want of the application's word: its upstream, or what its name begins with. */
const themeOf = (name: string, tool: Tool.Any): string =>
  Context.get(tool.annotations, Annotations.Upstream)?.name ?? Terms.of(name)[0] ?? name

/**
 * Bundles of an application that names none: by upstream, or by how names begin, in the toolkit's order. The smallest are
 * joined where there are too many.
 */
export const derive = (tools: Readonly<Record<string, Tool.Any>>): ReadonlyArray<Bundle> => {
  const themes = Map.groupBy(Object.entries(tools), ([name, tool]) => themeOf(name, tool))
  const bySize = [...themes].toSorted(([, one], [, other]) => other.length - one.length)
  const large = new Set(bySize.slice(0, themes.size > most ? most - 1 : most).map(([theme]) => theme))
  const bundles = [...themes].map(([theme, own]) => ({ theme, tools: own.map(([name]) => name) }))
  const joined = bundles.filter(({ theme }) => !large.has(theme)).flatMap(({ tools }) => tools)
  return [
    ...bundles.filter(({ theme }) => large.has(theme)).map(({ theme, tools }) => ({ name: theme, tools })),
    ...(joined.length === 0 ? [] : [{ name: "other tools", tools: joined }])
  ]
}
