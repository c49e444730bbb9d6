/**
 * ExtraTools: tools that the household's assistant has beside media's: those of MCP servers.
 */
import type * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

export type Kit = Toolkit.WithHandler<Record<string, Tool.Any>>

/** As they are known at the time; none by default. */
export const ExtraTools = Context.Reference<{ readonly toolkit: Effect.Effect<Kit> } | undefined>(
  "@callsheet/cli/ExtraTools",
  {
    defaultValue: () => undefined
  }
)

const joined = new WeakMap<Kit, { readonly own: Kit; readonly all: Kit }>()

/** `own` and the extra ones: the same object while both are the same, since a toolkit is looked at once. */
export const beside = Effect.fnUntraced(function* (own: Kit) {
  const extras = yield* ExtraTools
  if (extras === undefined) return own
  const extra = yield* extras.toolkit
  const known = joined.get(extra)
  if (known?.own === own) return known.all
  const all: Kit = {
    tools: { ...extra.tools, ...own.tools },
    handle: (name, parameters, toolCallId, options) =>
      (Object.hasOwn(own.tools, name) ? own : extra).handle(name, parameters, toolCallId, options)
  }
  joined.set(extra, { own, all })
  return all
})
