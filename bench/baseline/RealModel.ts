/**
 * RealModel: the model behind OpenAI's API, for whoever has a key, and what may be called real.
 */
import * as Redacted from "effect/Redacted"

import type * as SetUps from "./SetUps.ts"

export interface RealModel {
  readonly model: SetUps.Model
  /** Which, and where. */
  readonly name: string
  /** Whether it is OpenAI's own API that answers: what its figures are marked with. */
  readonly isReal: boolean
}

const openAi = "https://api.openai.com/v1"

/**
 * As the environment names it; a string where it cannot be asked, which says why.
 *
 * Only what OpenAI's own address answers is marked as real. Another address may be a stand-in: it is asked, and its figures
 * say where they come from and that they are not real.
 */
export const find = (env: Readonly<Record<string, string | undefined>>): RealModel | string => {
  const key = env["OPENAI_API_KEY"]?.trim() ?? ""
  if (key === "") return "not run: OPENAI_API_KEY is not set"
  const baseUrl = env["OPENAI_BASE_URL"]?.trim() || openAi
  const name = env["OPENAI_MODEL"]?.trim() || "gpt-4.1-nano"
  const isReal = URL.canParse(baseUrl) && new URL(baseUrl).origin === new URL(openAi).origin
  return {
    model: { baseUrl, apiKey: Redacted.make(key), model: name },
    name: `${name} at ${baseUrl}`,
    isReal
  }
}
