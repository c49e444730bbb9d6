/**
 * ApiBody: the parts of a request body that Chat Completions and Responses share.
 *
 * Lenient as the real API is: unknown fields are ignored, null stands for absent.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

import * as ApiError from "./ApiError.ts"
import type { ToolChoice } from "./Script.ts"

const Part = Schema.Struct({
  type: Schema.optional(Schema.NullOr(Schema.String)),
  text: Schema.optional(Schema.NullOr(Schema.String)),
  /** An address: within an object in Chat Completions. */
  image_url: Schema.optional(Schema.Unknown)
})

/** Text, or parts of which those with text are read, and a user's pictures. */
export const Content = Schema.NullishOr(Schema.Union([Schema.String, Schema.Array(Part)]))

export const contentText = (content: typeof Content.Type): string =>
  typeof content === "string" ? content : (content ?? []).map((part) => part.text ?? "").join("")

/** What the APIs call a picture among the parts of a message. */
export type PictureType = "image_url" | "input_image"

const isAddress = (url: unknown): url is string =>
  typeof url === "string" &&
  (/^data:image\/[\w.+-]+;base64,\S/.test(url) || (/^https?:/.test(url) && URL.canParse(url)))

/**
 * The pictures of a user's message, whose parts have `type` for one. Refuses, as the API does, the type of the other API, and what is no
 * address; whether there is a picture at the address is not looked at.
 */
export const pictures = (
  content: typeof Content.Type,
  type: PictureType
): Effect.Effect<ReadonlyArray<string>, ApiError.ApiError> =>
  Effect.forEach(
    typeof content === "string"
      ? []
      : (content ?? []).filter((part) => /^(image_url|input_image)$/.test(part.type ?? "")),
    (part) => {
      if (part.type !== type) return Effect.fail(ApiError.wrongPart(part.type ?? "", type))
      const url = type === "image_url" ? raw(part.image_url, "url") : part.image_url
      return isAddress(url) ? Effect.succeed(url) : Effect.fail(ApiError.wrongPicture)
    },
    { concurrency: 1 }
  )

const Named = Schema.Struct({ name: Schema.String })
/** A function's name: inside `function` in Chat Completions, beside `type` in Responses. */
const ToolName = Schema.Union([Schema.Struct({ function: Named }), Named])
const nameOf = (tool: typeof ToolName.Type): string => ("function" in tool ? tool.function.name : tool.name)

/** Other tools than functions (`web_search`, ...) are accepted and not offered to the script. */
const BodyTool = Schema.Union([ToolName, Schema.Struct({ type: Schema.String })])
export const Tools = Schema.NullishOr(Schema.Array(BodyTool))

const Allowed = Schema.Struct({ mode: Schema.Literals(["auto", "required"]), tools: Schema.Array(ToolName) })
export const Choice = Schema.NullishOr(
  Schema.Union([
    Schema.Literals(["auto", "none", "required"]),
    Schema.Struct({ allowed_tools: Allowed }),
    Schema.Struct({ type: Schema.Literal("allowed_tools"), ...Allowed.fields }),
    ToolName
  ])
)

/** The names on offer and the choice among them; `allowed_tools` narrows the offer. */
export const offer = (
  tools: typeof Tools.Type,
  choice: typeof Choice.Type
): { readonly tools: ReadonlyArray<string>; readonly toolChoice: ToolChoice } => {
  const names = (tools ?? []).flatMap((tool) => ("function" in tool || "name" in tool ? [nameOf(tool)] : []))
  if (choice === null || choice === undefined) return { tools: names, toolChoice: "auto" }
  if (typeof choice === "string") return { tools: names, toolChoice: choice }
  const allowed = "allowed_tools" in choice ? choice.allowed_tools : "mode" in choice ? choice : undefined
  if (allowed !== undefined) {
    const kept = new Set(allowed.tools.map(nameOf))
    return { tools: names.filter((name) => kept.has(name)), toolChoice: allowed.mode }
  }
  return { tools: names, toolChoice: "mode" in choice || "allowed_tools" in choice ? "auto" : { tool: nameOf(choice) } }
}

/** A field of the body as it came, unknown fields included; `undefined` where it is absent or null. */
export const raw = (body: unknown, name: string): unknown =>
  Predicate.hasProperty(body, name) ? (body[name] ?? undefined) : undefined

/**
 * Decodes a body whose `required` fields must be there. Fails with the API's own refusals; where the rest does not fit, it
 * names the first field that does not.
 */
export const decode = <A>(schema: Schema.Codec<A, unknown>, required: ReadonlyArray<string>) => {
  const decodeBody = Schema.decodeUnknownEffect(schema)
  return Effect.fnUntraced(function* (body: unknown) {
    if (!Predicate.isObject(body)) return yield* ApiError.badJson
    for (const name of required) {
      if (raw(body, name) === undefined) return yield* ApiError.missing(name)
    }
    return yield* Effect.mapError(decodeBody(body), (error) => {
      const [line = "", at = ""] = error.message.split("\n").map((text) => text.trim())
      const path = Array.from(at.matchAll(/\["?([^"\]]+)"?\]/g), ([, name]) => name).join(".")
      if (line === "Missing key") return ApiError.missing(path)
      return ApiError.invalid(path === "" ? "body" : path, line.replace(/^Expected /, "").replace(/, got .*$/, ""))
    })
  })
}
