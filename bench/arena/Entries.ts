/**
 * Entries: who stands in the arena besides the foreign ones.
 */
import type { Entry } from "./Match.ts"

const entry = (name: string, module: string, tracing = false, plans = false): Entry => ({
  name,
  module: new URL(`contestants/${module}.ts`, import.meta.url),
  tracing,
  plans
})

export const floor = entry("floor", "floor")
/** Beside those that know Chat Completions only. */
export const chatFloor = entry("floor, chat", "floor")
export const callsheet = entry("callsheet", "callsheet")
export const callsheetTraced = entry("callsheet, tracing", "callsheet", true)
export const callsheetPlans = entry("callsheet, plans", "callsheet", false, true)
export const languageModel = entry("callsheet over LanguageModel", "callsheet-language-model")
export const languageModelTraced = entry("callsheet over LanguageModel, tracing", "callsheet-language-model", true)
