/**
 * ToolDefinition: a tool as OpenAI reads it: name, description and the JSON Schema of its arguments.
 *
 * Built once per tool and remembered by identity, so that the prompt's prefix stays the same byte for byte.
 */
import * as AiError from "effect/ai/AiError"
import * as Tool from "effect/ai/Tool"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as Json from "./Json.ts"

export interface ToolDefinition {
  readonly name: string
  readonly description: string | undefined
  readonly schema: Json.JsonObject
  /**
   * Whether the server may force the arguments to fit the schema.
   *
   * On exactly where the schema keeps to what strict mode allows, unless `Tool.Strict` says otherwise. Optional keys
   * are not rewritten to required nullable ones for its sake: the model would then write a `null`, and its tokens, for
   * each.
   */
  readonly strict: boolean
}

const remembered = new WeakMap<Tool.Any, ToolDefinition>()

/** The definition of `tool`. Tools that a provider runs itself and schemas without a JSON form are refused. */
export const make = (tool: Tool.Any): Result.Result<ToolDefinition, AiError.AiErrorReason> => {
  const known = remembered.get(tool)
  if (known !== undefined) return Result.succeed(known)
  if (Tool.isProviderDefined(tool)) {
    return Result.fail(
      new AiError.ToolConfigurationError({
        toolName: tool.name,
        description: "tools that the provider runs itself are not supported; offer a tool with a handler instead"
      })
    )
  }
  return Result.map(schemaOf(tool), (schema) => {
    const definition = {
      name: tool.name,
      description: Tool.getDescription(tool),
      schema,
      strict: Tool.getStrictMode(tool) ?? isStrict(schema)
    }
    remembered.set(tool, definition)
    return definition
  })
}

/** The arguments of a tool that takes none. */
const noArguments: Json.JsonObject = { type: "object", properties: {}, additionalProperties: false }

/** The schema of the arguments; the server wants an object with `properties` at its root, be they none. */
const schemaOf = (tool: Tool.Any): Result.Result<Json.JsonObject, AiError.AiErrorReason> =>
  Result.map(
    Result.try({
      try: () => {
        if (Tool.isDynamic(tool) && tool.jsonSchema !== undefined) return tool.jsonSchema
        const { definitions, schema } = Schema.toJsonSchemaDocument(tool.parametersSchema, {
          onExcessProperty: "error"
        })
        return slim(Object.keys(definitions).length === 0 ? schema : { ...schema, $defs: definitions })
      },
      catch: (cause) =>
        new AiError.UnsupportedSchemaError({
          description: `The parameters of tool ${tool.name} cannot be described to the model: ${String(cause)}`
        })
    }),
    (schema) => {
      if (isEmptyStruct(schema)) return noArguments
      return schema["type"] === undefined || schema["type"] === "object"
        ? { properties: {}, ...schema, type: "object" }
        : schema
    }
  )

/** Whether `schema` is how Effect writes a struct without fields, which in TypeScript is anything but null. */
const isEmptyStruct = (schema: Json.JsonObject): boolean =>
  schema["type"] === undefined && Json.get(schema["not"], "type") === "null"

/**
 * `schema` without the bounds of a safe integer, which every whole number would carry and which tell the model nothing.
 */
const slim = (schema: Json.JsonObject): Json.JsonObject =>
  Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) =>
      (key === "minimum" && value === Number.MIN_SAFE_INTEGER) ||
      (key === "maximum" && value === Number.MAX_SAFE_INTEGER)
        ? []
        : [[key, Array.isArray(value) ? value.map(slimValue) : slimValue(value)]]
    )
  )

const slimValue = (value: unknown): unknown => (Json.isObject(value) ? slim(value) : value)

/** Whether OpenAI's strict mode takes `schema` as it is. */
const isStrict = (schema: Json.JsonObject): boolean =>
  schema["type"] === "object" && schema["anyOf"] === undefined && fits(schema)

const fits = (schema: unknown): boolean => {
  if (!Json.isObject(schema)) return false
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "properties" || keyword === "$defs") {
      if (!Json.isObject(value) || !Object.values(value).every(fits)) return false
    } else if (keyword === "anyOf") {
      if (!Array.isArray(value) || !value.every(fits)) return false
    } else if (keyword === "items") {
      if (!fits(value)) return false
    } else if (keyword === "format") {
      if (typeof value !== "string" || !formats.has(value)) return false
    } else if (!plainKeywords.has(keyword)) return false
  }
  if (schema["type"] !== "object") return true
  const required = Json.array(schema, "required")
  return (
    schema["additionalProperties"] === false &&
    Object.keys(Json.isObject(schema["properties"]) ? schema["properties"] : {}).every((key) => required.includes(key))
  )
}

const plainKeywords = new Set([
  "$ref",
  "type",
  "title",
  "description",
  "enum",
  "const",
  "required",
  "additionalProperties",
  "pattern",
  "multipleOf",
  "minimum",
  "exclusiveMinimum",
  "maximum",
  "exclusiveMaximum",
  "minItems",
  "maxItems"
])

const formats = new Set(["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"])
