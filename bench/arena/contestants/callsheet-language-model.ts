/**
 * callsheet-language-model: over an Effect `LanguageModel`, as over anybody's.
 */
import type { Contestant } from "../Contestant.ts"
import * as Tools from "../Tools.ts"

/** @public Loaded by the name of its file. */
export const contestant: Contestant = {
  name: "callsheet-language-model",
  packages: ["@callsheet/openai@0.0.0"],
  apis: ["responses", "chat"],
  hasTracing: true,
  hasPlans: true,
  onlyStreams: true,
  make: async (setting) => {
    const [OpenAiModel, LanguageModelStream, Layer, Redacted, { ready }] = await Promise.all([
      import("@callsheet/openai/OpenAiModel"),
      import("@callsheet/core/model/LanguageModelStream"),
      import("effect/Layer"),
      import("effect/Redacted"),
      import("../Callsheet.ts")
    ])
    const { api, baseUrl } = setting
    const apiKey = Redacted.make(Tools.apiKey)
    const languageModel = OpenAiModel.layerLanguageModel({ apiKey, baseUrl, api, model: Tools.model })
    const model = LanguageModelStream.layer({ provider: "openai", model: Tools.model })
    return ready(setting, Layer.provide(model, languageModel))
  }
}
