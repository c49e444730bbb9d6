/**
 * callsheet-exporting: over the `openai` package's own `ModelStream`, with its spans sent to a collector, as the command sends
 * them. The collector's address is this module's query, `?ADDRESS`; without one it stands for the same with tracing off.
 */
import { setTimeout } from "node:timers/promises"

import type { Contestant } from "../Contestant.ts"
import * as Tools from "../Tools.ts"

const collector = decodeURIComponent(new URL(import.meta.url).search.slice(1))

/** By then all that runs left behind is sent: spans wait for a batch for at most a second. */
const settleMillis = 1500

/** @public Loaded by the name of its file. */
export const contestant: Contestant = {
  name: "callsheet-exporting",
  packages: ["@callsheet/openai@0.0.0"],
  apis: ["responses", "chat"],
  hasTracing: true,
  hasPlans: true,
  make: async (setting) => {
    const [OpenAiModel, Telemetry, Redacted, { ready }] = await Promise.all([
      import("@callsheet/openai/OpenAiModel"),
      import("@callsheet/cli/Telemetry"),
      import("effect/Redacted"),
      import("../Callsheet.ts")
    ])
    const { api, baseUrl, streaming } = setting
    const apiKey = Redacted.make(Tools.apiKey)
    const model = OpenAiModel.layerModelStream({ apiKey, baseUrl, api, model: Tools.model, streaming })
    const made = await ready(setting, model, collector === "" ? undefined : Telemetry.layer(collector))
    return { ...made, settle: () => setTimeout(settleMillis) }
  }
}
