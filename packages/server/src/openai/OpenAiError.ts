/**
 * OpenAiError: a problem as OpenAI's clients read it: `{ error: { message, type, param, code } }`, with the same status and headers. Pure.
 */
import * as HttpServerResponse from "effect/http/HttpServerResponse"

import * as Problem from "../Problem.ts"

/** Codes that clients know by name; any other problem goes by its kind. */
const codes: Partial<Record<Problem.Problem["kind"], string>> = {
  "not-authorized": "invalid_api_key",
  "too-many-runs": "rate_limit_exceeded",
  "unknown-model": "model_not_found",
  "unknown-run": "previous_response_not_found",
  broken: "server_error"
}

const typeOf = (status: number): string => {
  if (status === 429) return "rate_limit_error"
  return status >= 500 ? "server_error" : "invalid_request_error"
}

/** `param` names the field that is wrong, where one is. */
export const of = (problem: Problem.Problem) => ({
  message: problem.detail,
  type: typeOf(problem.status),
  param: problem.param ?? null,
  code: codes[problem.kind] ?? problem.kind.replaceAll("-", "_")
})

export const toResponse = (problem: Problem.Problem): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe({ error: of(problem) }, { status: problem.status, headers: Problem.headers(problem) })

/** Whether the route at `address` speaks as OpenAI does. */
export const isSpoken = (address: string): boolean =>
  /^\/v1\/(?:chat\/completions|responses|models)(?:[/?#]|$)/.test(address)
