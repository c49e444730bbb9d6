/**
 * SummarySchedule: the schedule of a run that was not traced: what its events tell of it. Pure.
 */
import type { ModelCall } from "@callsheet/core/AgentEvent"
import type { Row } from "@callsheet/core/explain/Profile"
import type { RunSummary, ToolCall } from "@callsheet/core/explain/RunSummary"
import { originOf } from "@callsheet/core/model/CallIds"

import type { Schedule } from "./ScheduleChart.ts"

const unknown = { inputTokens: null, cachedInputTokens: null, outputTokens: null, criticalMillis: 0 }

const modelRow = ({ firstTokenMillis, millis, startMillis, step, ...call }: ModelCall): Row => ({
  id: `model ${step}`,
  kind: "model",
  name: "model",
  step,
  startMillis,
  millis,
  pieces: [
    { component: "model-wait", millis: firstTokenMillis ?? 0 },
    { component: "decoding", millis: millis - (firstTokenMillis ?? 0) }
  ],
  criticalMillis: 0,
  source: null,
  ok: true,
  inputTokens: call.inputTokens,
  cachedInputTokens: call.cachedInputTokens,
  outputTokens: call.outputTokens
})

const toolRow = ({ id, millis, name, ok, queueMillis, source, startMillis, step }: ToolCall): Row => ({
  ...unknown,
  id,
  kind: "tool",
  name,
  step: originOf(id) === "model" ? step : null,
  startMillis: startMillis - queueMillis,
  millis: queueMillis + millis,
  pieces: [
    { component: "queueing", millis: queueMillis },
    { component: "tools", millis }
  ],
  source,
  ok
})

/** Without a critical path: which call the run waited for, events do not tell. */
export const of = ({ modelCalls, toolCalls, wallMillis }: RunSummary): Schedule => ({
  wallMillis,
  rows: [...modelCalls.map(modelRow), ...toolCalls.map(toolRow)].sort((a, b) => a.startMillis - b.startMillis),
  criticalPath: []
})
