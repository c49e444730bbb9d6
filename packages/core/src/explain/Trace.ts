/**
 * Trace: a run's spans as they were recorded, by `Recorder` or from a file, and the names of what they say.
 *
 * Names are those of OpenTelemetry's semantic conventions for generative AI where these have one; `callsheet.` begins the rest.
 */

export interface SpanEvent {
  readonly name: string
  /** Unix time. */
  readonly atMillis: number
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A span that has ended. Times are Unix time in milliseconds with a fraction, true to a microsecond. */
export interface RecordedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string | undefined
  readonly name: string
  readonly startMillis: number
  readonly endMillis: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: ReadonlyArray<SpanEvent>
  /** What went wrong; `undefined` where nothing did. */
  readonly problem: string | undefined
}

/** Attributes of spans. Sizes in bytes, times in milliseconds. */
export const Attribute = {
  /** `invoke_agent`, `chat` or `execute_tool`. */
  operation: "gen_ai.operation.name",
  agent: "gen_ai.agent.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
  responseId: "gen_ai.response.id",
  /** A list of one. */
  finishReasons: "gen_ai.response.finish_reasons",
  inputTokens: "gen_ai.usage.input_tokens",
  cachedInputTokens: "gen_ai.usage.cache_read.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  toolName: "gen_ai.tool.name",
  toolType: "gen_ai.tool.type",
  callId: "gen_ai.tool.call.id",
  /** JSON text. Only where content is recorded (`Content`). */
  callArguments: "gen_ai.tool.call.arguments",
  /** JSON text, as the tool gave it. Only where content is recorded. */
  callResult: "gen_ai.tool.call.result",
  errorType: "error.type",

  /** Of `invoke_agent`. */
  runId: "callsheet.run_id",
  route: "callsheet.route",
  endReason: "callsheet.end_reason",
  /** How many steps the run took. */
  steps: "callsheet.steps",
  heapDelta: "callsheet.heap_delta_bytes",
  /** Of everything that belongs to a step: counted from 0. */
  step: "callsheet.step",

  /**
   * Of `chat`. Since the span began; absent where nothing streams. By this engine, of a message that begins with a call: when that
   * call was whole.
   */
  firstToken: "callsheet.time_to_first_token_millis",
  /** Of `chat`. Since the span began, where the span goes on after its message: other agents' spans may hold the calls as well. */
  messageMillis: "callsheet.message_millis",
  requestBytes: "callsheet.request_bytes",
  responseBytes: "callsheet.response_bytes",
  retries: "callsheet.retries",
  /** For each call of the message, in its order, when it was complete: milliseconds since the span began. A list. */
  callOffsets: "callsheet.call_offsets_millis",

  /** Of `execute_tool`. It waited this long for a place, from the span's beginning on. */
  queueWait: "callsheet.queue_wait_millis",
  /** A `ToolSource`. */
  source: "callsheet.source",
  /** Who asked for it: `model`, `rules` or `foreseen`. */
  origin: "callsheet.origin",
  isReadOnly: "callsheet.tool.readonly",
  upstream: "callsheet.upstream",
  /** Ids of the calls whose results its arguments were made of, in a plan. A list. */
  waitsFor: "callsheet.waits_for",
  resultBytes: "callsheet.result_bytes",
  /** As the model reads it. */
  shownBytes: "callsheet.shown_result_bytes",

  /** What the time of a span, or of a phase of it, belongs to: a `Profile.Component`. */
  component: "callsheet.component"
} as const

/**
 * An event of any span: the `callsheet.phase_millis` before it belonged to `callsheet.component`.
 *
 * Told at the end of what may take its time and is no span of its own: start-up, routing, tool selection, building the tools'
 * definitions and the prompt, waits for a retry (`callsheet.reason`: `retry`), a rate (`rate_limit`) or a person (`approval`).
 */
export const phaseEvent = "callsheet.phase"
export const phaseMillis = "callsheet.phase_millis"
export const phaseReason = "callsheet.reason"
