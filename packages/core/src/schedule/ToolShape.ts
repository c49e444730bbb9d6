/**
 * ToolShape: the shapes of what a tool takes and gives, in JSON, so as its Schemas encode it.
 *
 * Read from the JSON Schema of the encoded side. What that says beyond a `Shape` (bounds, patterns, formats) is left to the
 * Schema that decodes.
 */
import * as Tool from "effect/ai/Tool"
import * as JsonPointer from "effect/JsonPointer"
import type * as JsonSchema from "effect/JsonSchema"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as Shape from "./Shape.ts"

/** Remembers per tool, by identity. */
const remembered = (make: (tool: Tool.Any) => Shape.Shape): ((tool: Tool.Any) => Shape.Shape) => {
  const known = new WeakMap<Tool.Any, Shape.Shape>()
  return (tool) => {
    let shape = known.get(tool)
    if (shape === undefined) {
      shape = make(tool)
      known.set(tool, shape)
    }
    return shape
  }
}

/** What a successful call of the tool gives. A Schema without a JSON form is `any`. */
export const result = remembered((tool) => ofSchema(tool.successSchema))

/** What the tool takes: an object, closed unless its Schema says that other keys are read too. */
export const parameters = remembered((tool) =>
  Tool.isDynamic(tool) && tool.jsonSchema !== undefined
    ? fromJsonSchema(tool.jsonSchema)
    : ofSchema(tool.parametersSchema)
)

const ofSchema = (schema: unknown): Shape.Shape =>
  Schema.isSchema(schema)
    ? Result.match(
        Result.try(() => Schema.toJsonSchemaDocument(schema, { onExcessProperty: "error" })),
        {
          onFailure: () => Shape.any,
          onSuccess: (document) => fromJsonSchema({ $defs: document.definitions, ...document.schema })
        }
      )
    : Shape.any

/** Bounds on the work for a schema that somebody else wrote: what lies beyond them is `any`. */
const maxDepth = 12
const maxNodes = 2000

/** The shape that `root` describes. A schema inside itself is `any`. */
export const fromJsonSchema = (root: JsonSchema.JsonSchema): Shape.Shape => {
  let nodes = 0

  const lookUp = (ref: string): unknown =>
    JsonPointer.parseUriFragment(ref)?.reduce(
      (at: unknown, key) => (Predicate.isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined),
      root
    )

  const compile = (schema: unknown, depth: number, inside: ReadonlyArray<string>): Shape.Shape => {
    if (!Predicate.isObject(schema) || depth > maxDepth || ++nodes > maxNodes) return Shape.any
    const beside = (inner: unknown) => compile(inner, depth, inside)
    const { $ref, allOf, anyOf, oneOf } = schema
    return [
      ofKeywords(schema, (inner) => compile(inner, depth + 1, inside)),
      typeof $ref === "string" && !inside.includes($ref) ? compile(lookUp($ref), depth, [...inside, $ref]) : Shape.any,
      ...[anyOf, oneOf].map((choices) => (Array.isArray(choices) ? Shape.union(choices.map(beside)) : Shape.any)),
      ...(Array.isArray(allOf) ? allOf.map(beside) : [])
    ].reduce(both)
  }
  return compile(root, 0, [])
}

/** What fits both, where that is easily said; else `one`. */
const both = (one: Shape.Shape, other: Shape.Shape): Shape.Shape => {
  if (one._tag === "Any") return other
  if (one._tag !== "Keyed" || other._tag !== "Keyed") return one
  const rest = one.rest?._tag === "Any" ? other.rest : other.rest && one.rest
  return { _tag: "Keyed", fields: new Map([...other.fields, ...one.fields]), rest }
}

type Compile = (schema: unknown) => Shape.Shape

/** The shape by a schema's own keywords, without those that join schemas. */
const ofKeywords = (schema: JsonSchema.JsonSchema, compile: Compile): Shape.Shape => {
  const { const: only, enum: values, items, properties, type } = schema
  if (Array.isArray(values)) return Shape.union(values.map(Shape.exactly))
  if (only !== undefined) return Shape.exactly(only)
  if (Array.isArray(type)) return Shape.union(type.map((one) => ofType(one, schema, compile)))
  if (type !== undefined) return ofType(type, schema, compile)
  if (properties !== undefined) return ofType("object", schema, compile)
  return items === undefined ? Shape.any : ofType("array", schema, compile)
}

const ofType = (type: unknown, schema: JsonSchema.JsonSchema, compile: Compile): Shape.Shape => {
  switch (type) {
    case "string":
    case "number":
    case "boolean":
    case "null":
      return Shape.scalar(type)
    case "integer":
      return Shape.scalar("int")
    case "array":
      return list(schema, compile)
    case "object":
      return keyed(schema, compile)
    default:
      return Shape.any
  }
}

const list = ({ items, maxItems, prefixItems }: JsonSchema.JsonSchema, compile: Compile): Shape.Shape => {
  const first = Array.isArray(prefixItems) ? prefixItems.map(compile) : []
  const isFull = items === false || (first.length > 0 && items === undefined && maxItems === first.length)
  return { _tag: "List", first, rest: isFull ? undefined : compile(items) }
}

const keyed = (schema: JsonSchema.JsonSchema, compile: Compile): Shape.Shape => {
  const { additionalProperties, patternProperties, properties, required } = schema
  const isRequired = new Set<unknown>(Array.isArray(required) ? required : [])
  const fields = Object.entries(Predicate.isObject(properties) ? properties : {}).map(
    ([key, inner]): [string, Shape.Field] => [key, { shape: compile(inner), isOptional: !isRequired.has(key) }]
  )
  const others = [
    ...Object.values(Predicate.isObject(patternProperties) ? patternProperties : {}),
    ...(additionalProperties === false ? [] : [additionalProperties])
  ]
  return {
    _tag: "Keyed",
    fields: new Map(fields),
    rest: others.length === 0 ? undefined : Shape.union(others.map(compile))
  }
}
