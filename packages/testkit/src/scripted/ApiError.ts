/**
 * ApiError: the refusals of the OpenAI API, in its words and its shape.
 */
import * as Schema from "effect/Schema"

/** `{ error: { message, type, param, code } }` with an HTTP status, as every OpenAI error is. */
export class ApiError extends Schema.TaggedError<ApiError>()("ApiError", {
  status: Schema.Int,
  message: Schema.String,
  param: Schema.NullOr(Schema.String),
  code: Schema.NullOr(Schema.String)
}) {
  get body() {
    const { code, message, param } = this
    return { error: { message, type: "invalid_request_error", param, code } }
  }
}

const make = (status: number, message: string, param: string | null = null, code: string | null = null) =>
  new ApiError({ status, message, param, code })

export const missingKey = make(
  401,
  "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
)

/** Shows the first three and last four characters of a long key, and nothing of a short one. */
export const wrongKey = (key: string) =>
  make(
    401,
    `Incorrect API key provided: ${key.length < 16 ? "***" : `${key.slice(0, 3)}***${key.slice(-4)}`}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    null,
    "invalid_api_key"
  )

export const badJson = make(400, "We could not parse the JSON body of your request. The API expects a JSON payload.")

export const missing = (param: string) =>
  make(400, `Missing required parameter: '${param}'.`, param, "missing_required_parameter")

export const invalid = (param: string, expected: string) =>
  make(400, `Invalid type for '${param}': expected ${expected}.`, param, "invalid_type")

export const wrongPart = (type: string, expected: string) =>
  make(400, `Invalid value: '${type}'. Supported values include '${expected}'.`, "content", "invalid_value")

export const wrongPicture = make(
  400,
  "Invalid 'image_url'. Expected a valid URL, but got a value with an invalid format.",
  "image_url",
  "invalid_value"
)

export const empty = (param: string) =>
  make(400, `Invalid '${param}': empty array. Expected an array with minimum length 1.`, param, "empty_array")

export const unknownModel = (model: string) =>
  make(404, `The model \`${model}\` does not exist or you do not have access to it.`, "model", "model_not_found")

export const unknownRoute = (method: string, path: string) => make(404, `Invalid URL (${method} ${path})`)

export const unknownResponse = (id: string) =>
  make(400, `Previous response with id '${id}' not found.`, "previous_response_id", "previous_response_not_found")

export const callsWithoutResult = (ids: ReadonlyArray<string>) =>
  make(
    400,
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids.join(", ")}`,
    "messages"
  )

export const resultsWithoutCall = make(
  400,
  "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
  "messages"
)

export const callWithoutOutput = (id: string) => make(400, `No tool output found for function call ${id}.`, "input")

export const outputWithoutCall = (id: string) =>
  make(400, `No tool call found for function call output with call_id ${id}.`, "input")

export const unknownEvent = make(
  400,
  "Unsupported client event: send response.create.",
  "type",
  "unsupported_event_type"
)

export const wrongStreamId = make(
  400,
  "The 'stream_id' field must be a non-empty string with at most 256 characters and may only contain letters, numbers, underscores, hyphens, and periods.",
  "stream_id",
  "invalid_stream_id"
)

export const tooManyStreams = make(
  400,
  "This WebSocket connection has reached its maximum number of distinct stream IDs (32). Reuse an existing stream_id or open a new WebSocket connection.",
  "stream_id",
  "websocket_stream_limit_reached"
)

export const noUpgrade = (status: number) => make(status, "This server does not speak WebSocket.")
