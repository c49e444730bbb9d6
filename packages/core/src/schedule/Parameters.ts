/**
 * Parameters: a call's arguments as its tool reads them, and the key under which equal arguments are one.
 */
import type * as Tool from "effect/ai/Tool"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

import * as AtOnce from "../AtOnce.ts"

export interface Parameters {
  readonly decoded: unknown
  /**
   * Equal for arguments that mean the same to the tool: defaults filled, keys in order. `undefined` where the tool's Schema
   * cannot write them again.
   */
  readonly key: string | undefined
}

const isScalar = (value: unknown): boolean => !Predicate.isObjectOrArray(value)

/** JSON with every object's keys in order, so that the order in which a model wrote them is forgotten. */
const canonical = (value: unknown): string => {
  // Flat arguments, as most are, need no replacer.
  if (Predicate.isObject(value) && !Array.isArray(value) && Object.values(value).every(isScalar)) {
    return JSON.stringify(value, Object.keys(value).sort())
  }
  return canonicalDeep(value)
}

const canonicalDeep = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    Predicate.isObject(inner) && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner
  ) ?? "undefined"

type Reader = (input: unknown) => Effect.Effect<Option.Option<Parameters>>

const readers = new WeakMap<Tool.Any, Reader>()

const makeReader = (tool: Tool.Any): Reader => {
  if (!Schema.isSchema(tool.parametersSchema)) {
    return (input) => Effect.succeedSome({ decoded: input, key: canonical(input) })
  }
  // A cast, because `Tool.Any` forgets which services its schema needs: the handler runs with them, and so does this.
  const schema = tool.parametersSchema as Schema.Codec<unknown>
  const decode = Schema.decodeUnknownEffect(schema)
  // What is read as it is written needs no writing again.
  const isPlain = SchemaAST.toEncoded(schema.ast) === schema.ast
  const encode = isPlain ? Effect.succeed : Schema.encodeUnknownEffect(schema)
  const parametersOf = (decoded: unknown): Effect.Effect<Option.Option<Parameters>> =>
    AtOnce.matchEffect(encode(decoded), {
      onFailure: () => Effect.succeedSome({ decoded, key: undefined }),
      onSuccess: (encoded) => Effect.succeedSome({ decoded, key: canonical(encoded) })
    })
  return (input) => AtOnce.matchEffect(decode(input), { onFailure: () => Effect.succeedNone, onSuccess: parametersOf })
}

/** None where the arguments do not fit the tool: it does not run, and its own decoding says why. */
export const read = (tool: Tool.Any, input: unknown): Effect.Effect<Option.Option<Parameters>> => {
  let reader = readers.get(tool)
  if (reader === undefined) {
    reader = makeReader(tool)
    readers.set(tool, reader)
  }
  return reader(input)
}
