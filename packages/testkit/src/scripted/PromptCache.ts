/**
 * PromptCache: which part of a prompt a provider would have cached, the way OpenAI counts it.
 *
 * Prompts of 1,024 tokens and more, in steps of 128 tokens, for a prefix that was seen before. It remembers hashes only.
 */
import { tokenCount } from "./Timing.ts"

const firstTokens = 1024
const stepTokens = 128
const charactersPerStep = stepTokens * 4
/** About 1,800 prompts of 8,000 tokens with nothing in common; beyond it everything is forgotten. */
const maxPrefixes = 100_000

/** Tokens of one reply and its prompt. */
export interface Usage {
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
}

export interface PromptCache {
  /** Counts the tokens of a prompt, and those of them whose prefix came before; then remembers its prefixes. */
  read(prompt: string): { readonly inputTokens: number; readonly cachedTokens: number }
}

export const make = (): PromptCache => {
  const seen = new Set<string>()
  return {
    read: (prompt) => {
      let hash = 0x811c9dc5
      let cachedTokens = 0
      const steps = Math.floor(prompt.length / charactersPerStep)
      for (let step = 1; step <= steps; step++) {
        for (let index = (step - 1) * charactersPerStep; index < step * charactersPerStep; index++) {
          hash = Math.imul(hash ^ prompt.charCodeAt(index), 0x01000193)
        }
        const prefixTokens = step * stepTokens
        if (prefixTokens < firstTokens) continue
        const key = `${prefixTokens}:${hash}`
        if (seen.has(key)) cachedTokens = prefixTokens
        else seen.add(key)
      }
      if (seen.size > maxPrefixes) seen.clear()
      return { inputTokens: tokenCount(prompt), cachedTokens }
    }
  }
}
