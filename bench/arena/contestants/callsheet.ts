/**
 * callsheet: over the `openai` package's own `ModelStream`.
 */
import type { Contestant } from "../Contestant.ts"
import * as Tools from "../Tools.ts"

/** @public Loaded by the name of its file. */
export const contestant: Contestant = {
  name: "callsheet",
  packages: ["@callsheet/openai@0.0.0"],
  apis: ["responses", "chat"],
  hasTracing: true,
  hasPlans: true,
  make: async (setting) => {
    const [OpenAiModel, Redacted, { ready }] = await Promise.all([
      import("@callsheet/openai/OpenAiModel"),
      import("effect/Redacted"),
      import("../Callsheet.ts")
    ])
    const { api, baseUrl, streaming } = setting
    const apiKey = Redacted.make(Tools.apiKey)
    return ready(setting, OpenAiModel.layerModelStream({ apiKey, baseUrl, api, model: Tools.model, streaming }))
  }
}
