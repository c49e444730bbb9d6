/**
 * OfferSize: what an offer of tools takes in a prompt, and by what it is to be judged. Pure.
 */
import * as Tool from "effect/ai/Tool"
import * as Result from "effect/Result"

/** The least prompt that providers keep the beginning of. */
const leastKeptTokens = 1_024

/** As many bytes of definitions as that: of fewer tools none is left out, since a prompt of such a size costs next to nothing. */
const smallBytes = 4 * leastKeptTokens

/** Of a prompt that is too small to be kept the bytes count; of a larger one the share of tokens that the provider had kept. */
export const judgedBy = (promptTokens: number): "bytes" | "cached tokens" =>
  promptTokens < leastKeptTokens ? "bytes" : "cached tokens"

const encoder = new TextEncoder()

/**
 * The bytes of UTF-8 that the definitions of `tools` take: name, description and schema as JSON.
 *
 * **Gotchas**
 *
 * What a provider's wire writes around each is not in it, and a tool without a JSON form counts by its name and description.
 */
export const definitionBytes = (tools: Iterable<Tool.Any>): number => {
  let bytes = 0
  for (const tool of tools) bytes += encoder.encode(textOf(tool)).length
  return bytes
}

/** Whether the definitions of `tools` take no more than `smallBytes`. Looks at no more of them than that takes. */
export const isSmall = (tools: Iterable<Tool.Any>): boolean => {
  let bytes = 0
  for (const tool of tools) {
    bytes += definitionBytes([tool])
    if (bytes > smallBytes) return false
  }
  return true
}

const textOf = (tool: Tool.Any): string => {
  const named = { name: tool.name, description: Tool.getDescription(tool) }
  return Result.getOrElse(
    Result.try(() => JSON.stringify({ ...named, parameters: Tool.getJsonSchema(tool) })),
    () => JSON.stringify(named)
  )
}
