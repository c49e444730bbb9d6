/**
 * RemoteTool: a tool of an MCP server as a tool of an agent, with our annotations. Pure.
 *
 * **Details**
 *
 * Hints of a server are claims. Of a trusted one they count, with the protocol's own defaults for what it leaves out; of any other a tool
 * is taken as one that destroys, whatever it says.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import type * as McpSchema from "effect/ai/McpSchema"
import * as Tool from "effect/ai/Tool"
import * as Duration from "effect/Duration"
import * as Hash from "effect/Hash"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

import { McpFailure } from "./McpFailure.ts"
import type { ServerConfig } from "./ServerConfig.ts"

/** Names as providers of models take them. */
const longestName = 64

/** How long a call may take. */
const timeLimit = Duration.minutes(1)

/** The name under which a model knows the tool. One that is cut ends in a mark of the whole, so that it stays apart from others. */
const nameOf = (server: string, tool: string): string => {
  const name = `${server}__${tool.replaceAll(/[^\w-]+/g, "_")}`
  if (name.length <= longestName) return name
  const mark = (Hash.string(tool) >>> 0).toString(36)
  return `${name.slice(0, longestName - mark.length - 1)}_${mark}`
}

export const make = ({ concurrency, freshness, isTrusted = false, name }: ServerConfig, remote: McpSchema.Tool) => {
  const { annotations, description, inputSchema } = remote
  const isReadOnly = isTrusted && annotations?.readOnlyHint === true
  const tool = Tool.dynamic(nameOf(name, remote.name), {
    ...(description !== undefined && { description }),
    parameters: inputSchema,
    success: Schema.Unknown,
    failure: McpFailure,
    failureMode: "return"
  })
    .annotate(Tool.Strict, false)
    .annotate(Tool.Readonly, isReadOnly)
    .annotate(Tool.Destructive, isTrusted ? annotations?.destructiveHint !== false : true)
    .annotate(Tool.Idempotent, isTrusted && annotations?.idempotentHint === true)
    .annotate(Annotations.TimeLimit, timeLimit)
    .annotate(Annotations.Upstream, { name, ...(concurrency !== undefined && { concurrency }) })
  return isReadOnly && freshness !== undefined ? tool.annotate(Annotations.Freshness, freshness) : tool
}

const sizeOf = (data: Uint8Array | string): string => {
  const bytes = typeof data === "string" ? (data.length * 3) / 4 : data.length
  return `${Math.ceil(bytes / 1024)} KB`
}

/** What a model reads of a piece that is no text. */
const described = (part: McpSchema.CallToolResult["content"][number]): string => {
  switch (part.type) {
    case "text":
      return part.text
    case "image":
    case "audio":
      return `[${part.type} ${part.mimeType}, ${sizeOf(part.data)}]`
    case "resource_link":
      return `[resource ${part.uri}]`
    case "resource":
      return "text" in part.resource ? part.resource.text : `[resource ${part.resource.uri}]`
    default:
      return "[a piece of a kind that is not known]"
  }
}

/** What a call gave: what is structured as it is, else its text. */
export const valueOf = ({ content, structuredContent }: McpSchema.CallToolResult): unknown =>
  Predicate.isReadonlyObject(structuredContent) ? structuredContent : content.map(described).join("\n")

/** Why a tool says that it failed. */
export const problemOf = (name: string, { content }: McpSchema.CallToolResult): McpFailure => {
  const text = content.map(described).join(" ").replaceAll(/\s+/g, " ").trim()
  return new McpFailure({
    server: name,
    problem: text === "" ? "The tool failed." : text.slice(0, 1000),
    isRetryable: false
  })
}
