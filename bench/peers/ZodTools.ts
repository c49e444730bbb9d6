/**
 * ZodTools: the arena's tools with their parameters in Zod, the form in which most of those who stand here document tools.
 */
import * as z from "zod"

import { type ArenaTool, type Parameters, run, tools } from "../arena/Tools.ts"

type Property = Parameters["properties"][string]

const typeOf = (property: Property) => {
  if (property.type === "array") return property.items.type === "number" ? z.array(z.number()) : z.array(z.string())
  return property.enum === undefined ? z.string() : z.enum(property.enum)
}

export interface ZodTool extends Pick<ArenaTool, "name" | "description"> {
  readonly parameters: z.ZodObject
  /** What the tool gives for `input`, not yet as text. */
  readonly call: (input: unknown) => Promise<unknown>
}

export const zodTools = (toolUrl: string): ReadonlyArray<ZodTool> =>
  tools.map(({ description, name, parameters }) => ({
    name,
    description,
    parameters: z.strictObject(
      Object.fromEntries(
        Object.entries(parameters.properties).map(([key, property]) => [
          key,
          typeOf(property).describe(property.description)
        ])
      )
    ),
    call: (input) => run(toolUrl, name, input)
  }))
