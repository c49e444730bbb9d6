/**
 * Cursor: where the next page of a list begins, as an opaque string that only the tool that gave it takes back.
 */
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Result from "effect/Result"

import { type MediaError, rejected, type ServiceName } from "./MediaError.ts"

/** A place in the list as it is when it is asked for: who pages on while it changes may miss an item or see it twice. */
export interface Position {
  /** From 1. */
  readonly page: number
  /** Items of that page already given. */
  readonly skip: number
}

export const start: Position = { page: 1, skip: 0 }

export const encode = (tool: string, { page, skip }: Position): string => Base64Url.encode(`${tool}:${page}:${skip}`)

/** The position of a cursor that `tool` gave, and the start without one. */
export const decode = (
  tool: string,
  service: ServiceName,
  cursor: string | undefined
): Effect.Effect<Position, MediaError> => {
  if (cursor === undefined) return Effect.succeed(start)
  const text = Result.getOrElse(Base64Url.decodeString(cursor), () => "")
  const match = /^(\w+):(\d{1,9}):(\d{1,9})$/.exec(text)
  return match !== null && match[1] === tool && match[2] !== "0"
    ? Effect.succeed({ page: Number(match[2]), skip: Number(match[3]) })
    : Effect.fail(
        rejected(
          service,
          `This cursor is not one that ${tool} gave: pass its last nextCursor unchanged, or leave it out.`
        )
      )
}
