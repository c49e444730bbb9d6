/**
 * What the conformance suite of the Model Context Protocol asks a server to offer, registered beside the agent's own tools.
 *
 * Long because the suite names each tool, resource and prompt and what each says: one list.
 */
import { Context, Effect, Layer, Schema } from "effect"
import { McpSchema, McpServer } from "effect/ai"

/** A red pixel. */
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
/** No sound. */
const wav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="

const bytes = (base64: string) => Uint8Array.from(Buffer.from(base64, "base64"))

type Part = McpSchema.CallToolResult["content"][number]
const text = (text: string): Part => ({ type: "text", text })
const image: Part = { type: "image", data: bytes(png), mimeType: "image/png" }
const result = (...content: ReadonlyArray<Part>) => new McpSchema.CallToolResult({ content: [...content] })

type Handle = (
  args: Readonly<Record<string, unknown>>
) => Effect.Effect<McpSchema.CallToolResult, never, McpSchema.McpRequestContext | McpServer.McpServer>

interface Fixture {
  readonly handle: Handle
  readonly schema?: object
}

const noArguments = { type: "object", properties: {} }
const one = (name: string) => ({ type: "object", properties: { [name]: { type: "string" } }, required: [name] })

const client = Effect.flatMap(Effect.serviceOption(McpSchema.McpServerClient), (found) =>
  found._tag === "None" ? Effect.die(new Error("There is no client to ask.")) : found.value.getClient
)

const failed = (message: string) => new McpSchema.CallToolResult({ isError: true, content: [text(message)] })

/** Asks the client's person, and says what came of it. */
const elicited = (message: string, requestedSchema: unknown, prefix: string) =>
  Effect.gen(function* () {
    const asked = yield* Effect.orDie(
      Schema.decodeUnknownEffect(McpSchema.ElicitRequestFormParams)({ mode: "form", message, requestedSchema })
    )
    const answer = yield* (yield* client).elicit(asked)
    const content = JSON.stringify("content" in answer ? answer.content : {})
    return result(text(`${prefix} action=${answer.action}, content=${content}`))
  }).pipe(
    Effect.scoped,
    Effect.orElseSucceed(() => failed("The client cannot ask anybody."))
  )

const pause = Effect.sleep("50 millis")

const progress = (args: { readonly progress: number }) =>
  Effect.gen(function* () {
    const { requestMetadata } = yield* McpSchema.McpRequestContext
    const { notifications } = yield* McpServer.McpServer
    const token = requestMetadata?.["progressToken"]
    if (typeof token !== "string" && typeof token !== "number") return
    yield* notifications["notifications/progress"]({ progressToken: token, progress: args.progress, total: 100 })
  })

const log = (data: string) =>
  Effect.flatMap(McpServer.McpServer, ({ notifications }) =>
    notifications["notifications/message"]({ level: "info", logger: "conformance", data })
  )

const enums = {
  type: "object",
  properties: {
    untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
    titledSingle: {
      type: "string",
      oneOf: [
        { const: "value1", title: "First Option" },
        { const: "value2", title: "Second Option" },
        { const: "value3", title: "Third Option" }
      ]
    },
    legacyEnum: {
      type: "string",
      enum: ["opt1", "opt2", "opt3"],
      enumNames: ["Option One", "Option Two", "Option Three"]
    },
    untitledMulti: { type: "array", items: { type: "string", enum: ["option1", "option2", "option3"] } },
    titledMulti: {
      type: "array",
      items: {
        anyOf: [
          { const: "value1", title: "First Choice" },
          { const: "value2", title: "Second Choice" },
          { const: "value3", title: "Third Choice" }
        ]
      }
    }
  },
  required: []
}

const defaults = {
  type: "object",
  properties: {
    name: { type: "string", default: "John Doe" },
    age: { type: "integer", default: 30 },
    score: { type: "number", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", default: true }
  },
  required: []
}

const user = {
  type: "object",
  properties: {
    username: { type: "string", description: "User's response" },
    email: { type: "string", description: "User's email address" }
  },
  required: ["username", "email"]
}

const tools: Readonly<Record<string, Fixture>> = {
  test_simple_text: { handle: () => Effect.succeed(result(text("This is a simple text response for testing."))) },
  test_image_content: { handle: () => Effect.succeed(result(image)) },
  test_audio_content: {
    handle: () => Effect.succeed(result({ type: "audio", data: bytes(wav), mimeType: "audio/wav" }))
  },
  test_embedded_resource: {
    handle: () =>
      Effect.succeed(
        result({
          type: "resource",
          resource: {
            uri: "test://embedded-resource",
            mimeType: "text/plain",
            text: "This is an embedded resource content."
          }
        })
      )
  },
  test_multiple_content_types: {
    handle: () =>
      Effect.succeed(
        result(text("Multiple content types test:"), image, {
          type: "resource",
          resource: {
            uri: "test://mixed-content-resource",
            mimeType: "application/json",
            text: '{"test":"data","value":123}'
          }
        })
      )
  },
  test_tool_with_logging: {
    handle: () =>
      log("Tool execution started").pipe(
        Effect.andThen(pause),
        Effect.andThen(log("Tool processing data")),
        Effect.andThen(pause),
        Effect.andThen(log("Tool execution completed")),
        Effect.as(result(text("It has logged.")))
      )
  },
  test_error_handling: {
    handle: () => Effect.succeed(failed("This tool intentionally returns an error for testing"))
  },
  test_tool_with_progress: {
    handle: () =>
      progress({ progress: 0 }).pipe(
        Effect.andThen(pause),
        Effect.andThen(progress({ progress: 50 })),
        Effect.andThen(pause),
        Effect.andThen(progress({ progress: 100 })),
        Effect.as(result(text("It is done.")))
      )
  },
  test_sampling: {
    schema: one("prompt"),
    handle: ({ prompt }) =>
      Effect.gen(function* () {
        const said = yield* (yield* client).createMessage({
          messages: [{ role: "user", content: { type: "text", text: String(prompt) } }],
          maxTokens: 100
        })
        const content = Array.isArray(said.content) ? said.content[0] : said.content
        return result(text(`LLM response: ${content?.type === "text" ? content.text : ""}`))
      }).pipe(
        Effect.scoped,
        Effect.orElseSucceed(() => failed("The client has no model."))
      )
  },
  test_elicitation: {
    schema: one("message"),
    handle: ({ message }) => elicited(String(message), user, "User response:")
  },
  test_elicitation_sep1034_defaults: {
    handle: () => elicited("Fill this in.", defaults, "Elicitation completed:")
  },
  test_elicitation_sep1330_enums: { handle: () => elicited("Choose.", enums, "Elicitation completed:") },
  json_schema_2020_12_tool: {
    schema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      $defs: {
        address: { type: "object", properties: { street: { type: "string" }, city: { type: "string" } } }
      },
      properties: { name: { type: "string" }, address: { $ref: "#/$defs/address" } },
      additionalProperties: false
    },
    handle: () => Effect.succeed(result(text("It was called.")))
  }
}

const registered = Effect.gen(function* () {
  const server = yield* McpServer.McpServer
  for (const [name, { handle, schema = noArguments }] of Object.entries(tools)) {
    const tool = yield* Effect.orDie(
      Schema.decodeUnknownEffect(McpSchema.Tool)({
        name,
        description: "For the conformance suite.",
        inputSchema: schema
      })
    )
    yield* server.addTool({
      tool,
      annotations: Context.empty(),
      handle: (args) => Effect.provideService(handle(args ?? {}), McpServer.McpServer, server)
    })
  }
})

const id = McpSchema.param("id", Schema.String)

const resources = Layer.mergeAll(
  McpServer.resource({
    uri: "test://static-text",
    name: "Static text",
    description: "A text that stays",
    mimeType: "text/plain",
    content: Effect.succeed({
      contents: [
        { uri: "test://static-text", mimeType: "text/plain", text: "This is the content of the static text resource." }
      ]
    })
  }),
  McpServer.resource({
    uri: "test://static-binary",
    name: "Static binary",
    description: "A picture that stays",
    mimeType: "image/png",
    content: Effect.succeed({ contents: [{ uri: "test://static-binary", mimeType: "image/png", blob: bytes(png) }] })
  }),
  McpServer.resource({
    uri: "test://watched-resource",
    name: "Watched",
    description: "One to be watched",
    mimeType: "text/plain",
    content: Effect.succeed("It stays.")
  }),
  McpServer.resource`test://template/${id}/data`({
    name: "Template",
    description: "Data by its id",
    mimeType: "application/json",
    content: (uri, id) =>
      Effect.succeed({
        contents: [
          {
            uri,
            mimeType: "application/json",
            text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` })
          }
        ]
      })
  })
)

const prompts = Layer.mergeAll(
  McpServer.prompt({
    name: "test_simple_prompt",
    description: "A simple one",
    content: () => Effect.succeed("This is a simple prompt for testing.")
  }),
  McpServer.prompt({
    name: "test_prompt_with_arguments",
    description: "One with arguments",
    parameters: { arg1: Schema.String, arg2: Schema.String },
    completion: { arg1: () => Effect.succeed(["paris", "park", "party"]) },
    content: ({ arg1, arg2 }) => Effect.succeed(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)
  }),
  McpServer.prompt({
    name: "test_prompt_with_embedded_resource",
    description: "One with a resource",
    parameters: { resourceUri: Schema.String },
    content: ({ resourceUri: uri }) =>
      Effect.succeed([
        {
          role: "user",
          content: {
            type: "resource",
            resource: { uri, mimeType: "text/plain", text: "Embedded resource content for testing." }
          }
        },
        { role: "user", content: { type: "text", text: "Please process the embedded resource above." } }
      ])
  }),
  McpServer.prompt({
    name: "test_prompt_with_image",
    description: "One with a picture",
    content: () =>
      Effect.succeed([
        { role: "user", content: { type: "image", data: bytes(png), mimeType: "image/png" } },
        { role: "user", content: { type: "text", text: "Please analyze the image above." } }
      ])
  })
)

export const registrations = Layer.mergeAll(Layer.effectDiscard(registered), resources, prompts)
