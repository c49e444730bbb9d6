/**
 * OpenAiModel: a model of OpenAI's protocol, as `ModelStream` and as Effect's `LanguageModel`.
 *
 * One machine stands behind both, `ModelCall`, with one reading per wire format. Each layer has its own pool of
 * connections, which its scope closes.
 */
import * as ModelStream from "@callsheet/core/model/ModelStream"
import * as Span from "@callsheet/core/Span"
import * as AiError from "effect/ai/AiError"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as OpenAiStructuredOutput from "effect/ai/OpenAiStructuredOutput"
import type * as Tool from "effect/ai/Tool"
import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import * as Json from "./Json.ts"
import * as ModelCall from "./ModelCall.ts"
import type { WireRequest } from "./ModelWire.ts"
import * as OpenAiConfig from "./OpenAiConfig.ts"
import * as OpenAiError from "./OpenAiError.ts"
import * as PromptMessages from "./PromptMessages.ts"
import * as ResponseParts from "./ResponseParts.ts"
import * as ToolDefinition from "./ToolDefinition.ts"
import * as Transport from "./Transport.ts"

export type Options = OpenAiConfig.Options

// ModelStream

export const makeModelStream = (
  options: Options
): Effect.Effect<ModelStream.ModelStream["Service"], never, Scope.Scope> => {
  const settings = OpenAiConfig.resolve(options)
  return Effect.map(ModelCall.make(settings), (call) => ({
    provider: settings.host === "azure" ? "azure.ai.openai" : "openai",
    model: settings.model,
    address: settings.baseUrl,
    streams: settings.streaming,
    stream: (request) => {
      const known = definitions.get(request.tools)
      if (known !== undefined) return streamOf(settings, call, request, known)
      const made = Effect.sync(() => streamOf(settings, call, request, definitionsOf(request.tools)))
      return Stream.unwrap(Span.phase(made, "tool-definitions"))
    }
  }))
}

const streamOf = (
  settings: OpenAiConfig.Settings,
  call: ModelCall.ModelCall,
  { cacheKey, deltasOf, messages, toolChoice }: ModelStream.ModelRequest,
  tools: Definitions
): Stream.Stream<ModelStream.ModelPart, AiError.AiError> => {
  if (Result.isFailure(tools)) return Stream.fail(aiError("stream", tools.failure.reason))
  const all = {
    messages,
    tools: tools.success,
    toolChoice,
    cacheKey,
    deltasOf,
    format: undefined,
    previousResponseId: undefined
  }
  const added = settings.continuation === "previousResponse" ? onlyAdded(all) : undefined
  const parts = call.stream(added ?? all, {
    streaming: settings.streaming,
    resend: added === undefined ? undefined : all
  })
  return Stream.mapError(parts, ({ reason }) => aiError("stream", reason))
}

export const layerModelStream = (options: Options): Layer.Layer<ModelStream.ModelStream> =>
  Layer.effect(ModelStream.ModelStream, makeModelStream(options))

/** As the environment says: see `OpenAiConfig`. */
export const layerConfig: Layer.Layer<ModelStream.ModelStream, Config.ConfigError> = Layer.unwrap(
  Effect.map(OpenAiConfig.config, layerModelStream)
)

/** What follows the last response that the provider holds; `undefined` where it holds none. */
const onlyAdded = (request: WireRequest): WireRequest | undefined => {
  const { messages } = request
  const last = messages.findLastIndex((message) => message.role === "assistant" && message.responseId !== undefined)
  const message = messages[last]
  return message?.role !== "assistant" || last === messages.length - 1
    ? undefined
    : { ...request, messages: messages.slice(last + 1), previousResponseId: message.responseId }
}

// LanguageModel

export const makeLanguageModel = (options: Options): Effect.Effect<LanguageModel.LanguageModel, never, Scope.Scope> => {
  const settings = OpenAiConfig.resolve(options)
  return Effect.flatMap(ModelCall.make(settings), (call) => {
    const streamWith = (options: LanguageModel.ProviderOptions, streaming: boolean) =>
      Stream.unwrap(
        Effect.map(Effect.fromResult(requestOf(settings, options)), (request) =>
          call.stream(request, { streaming, resend: undefined })
        )
      ).pipe(
        Stream.mapArrayEffect((parts) => {
          const broken = options.toolCallValidation === "deferred" ? undefined : ResponseParts.brokenCall(parts)
          return broken === undefined ? Effect.succeed(parts) : Effect.fail(OpenAiError.failure(broken))
        })
      )
    return LanguageModel.make({
      codecTransformer: OpenAiStructuredOutput.toCodecOpenAI,
      supportsSystemMessagesInHistory: Effect.succeed(true),
      generateText: (options) =>
        Stream.runCollect(streamWith(options, false)).pipe(
          Effect.map(ResponseParts.whole),
          Effect.mapError(({ reason }) => aiError("generateText", reason))
        ),
      streamText: (options) =>
        Stream.suspend(() => Stream.mapArray(streamWith(options, true), ResponseParts.streamed())).pipe(
          Stream.mapError(({ reason }) => aiError("streamText", reason))
        )
    })
  })
}

export const layerLanguageModel = (options: Options): Layer.Layer<LanguageModel.LanguageModel> =>
  Layer.effect(LanguageModel.LanguageModel, makeLanguageModel(options))

const requestOf = (
  settings: OpenAiConfig.Settings,
  options: LanguageModel.ProviderOptions
): Result.Result<WireRequest, OpenAiError.Failure> => {
  // `LanguageModel` itself sends the whole prompt where the server does not know the response.
  const added = settings.continuation === "previousResponse" ? options.incrementalPrompt : undefined
  return Result.gen(function* () {
    const tools = yield* definitionsOf(options.tools)
    const messages = yield* Result.mapError(PromptMessages.make(added ?? options.prompt, settings.api), (reason) =>
      OpenAiError.failure(reason)
    )
    const format =
      options.responseFormat.type === "json"
        ? {
            name: formatName(options.responseFormat.objectName),
            schema: yield* formatSchema(options.responseFormat.schema)
          }
        : undefined
    return {
      messages,
      tools,
      toolChoice: toolChoiceOf(options.toolChoice),
      cacheKey: undefined,
      deltasOf: undefined,
      format,
      previousResponseId: added === undefined ? undefined : options.previousResponseId
    }
  })
}

/** With `oneOf`, the tools on offer are already no others. */
const toolChoiceOf = (choice: LanguageModel.ToolChoice<string>): WireRequest["toolChoice"] =>
  typeof choice === "string" || "tool" in choice ? choice : (choice.mode ?? "auto")

/** The server takes letters, digits, `_` and `-`. */
const formatName = (name: string): string => name.replaceAll(/[^\w-]+/g, "_").slice(0, 64)

const formatSchema = (schema: Schema.Top): Result.Result<Json.JsonObject, OpenAiError.Failure> =>
  Result.try({
    try: () => OpenAiStructuredOutput.toCodecOpenAI(schema).jsonSchema,
    catch: (cause) =>
      OpenAiError.failure(
        new AiError.UnsupportedSchemaError({
          description: `The answer's schema cannot be described to the model: ${String(cause)}`
        })
      )
  })

// Both

type Definitions = Result.Result<ReadonlyArray<ToolDefinition.ToolDefinition>, OpenAiError.Failure>

const definitions = new WeakMap<ReadonlyArray<Tool.Any>, Definitions>()

/** Made once per list, so that what the request says of it can be kept, too. */
const definitionsOf = (tools: ReadonlyArray<Tool.Any>): Definitions => {
  const known = definitions.get(tools)
  if (known !== undefined) return known
  const made = Result.mapError(Result.all(tools.map(ToolDefinition.make)), (reason) => OpenAiError.failure(reason))
  definitions.set(tools, made)
  return made
}

const aiError = (method: string, reason: AiError.AiErrorReason) =>
  AiError.make({ module: "OpenAiModel", method, reason })

// Probe

export interface Probe {
  /** How many models the server lists; `null` where it lists none. */
  readonly models: number | null
  /**
   * Whether the configured model is among them; `null` where the list does not tell (Azure lists models, not
   * deployments).
   */
  readonly hasModel: boolean | null
}

/**
 * Asks for the list of models: whether the server answers, takes the key, and has the model. One request, not repeated.
 */
export const probe = Effect.fnUntraced(
  function* (options: Options): Effect.fn.Return<Probe, OpenAiError.Failure, Scope.Scope> {
    const settings = OpenAiConfig.resolve({ ...options, idleTimeout: options.idleTimeout ?? "10 seconds" })
    const transport = yield* Transport.make(settings, "GET", "/models")
    const pending = yield* Effect.acquireRelease(transport.open, ({ close }) => Effect.sync(close))
    yield* pending.send(undefined)
    const body = Json.parse(yield* pending.readText)
    if (body._tag === "Failure") {
      return yield* Effect.fail(OpenAiError.unreadable(pending.target, "The list of models is not valid JSON."))
    }
    const list = Json.get(body.success, "data")
    if (!Array.isArray(list)) return { models: null, hasModel: null }
    const ids = list.map((model) => Json.text(model, "id"))
    // Ollama lists the tag, too.
    const hasModel = ids.includes(settings.model) || ids.includes(`${settings.model}:latest`)
    return { models: ids.length, hasModel: settings.host === "azure" ? null : hasModel }
  },
  Effect.scoped,
  Effect.mapError(({ reason }) => aiError("probe", reason))
)
