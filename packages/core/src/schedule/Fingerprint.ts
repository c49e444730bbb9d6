/**
 * Fingerprint: a short text that changes when what a tool says of itself does. What was remembered of another is not its own.
 */
import * as Key from "@callsheet/cache/Key"
import * as Tool from "effect/ai/Tool"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const known = new WeakMap<Tool.Any, string>()

/** Of its name, its description, and the Schemas of what it takes and gives. */
export const ofTool = (tool: Tool.Any): string => {
  const made = known.get(tool)
  if (made !== undefined) return made
  const { name, parametersSchema, successSchema } = tool
  const taken = Tool.isDynamic(tool) && tool.jsonSchema !== undefined ? tool.jsonSchema : structure(parametersSchema)
  const parts = [name, Tool.getDescription(tool) ?? "", taken, structure(successSchema)]
  const fingerprint = Key.digest(JSON.stringify(parts))
  known.set(tool, fingerprint)
  return fingerprint
}

/** Both sides of a Schema, since either may change alone; null for one that cannot be written down. */
const structure = (schema: unknown): unknown =>
  Schema.isSchema(schema)
    ? Result.getOrElse(
        Result.try((): unknown => [
          Schema.toRepresentation(Schema.toEncoded(schema)),
          Schema.toRepresentation(Schema.toType(schema))
        ]),
        () => null
      )
    : null
