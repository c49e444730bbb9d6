/**
 * Problem: what a client is told of what went wrong, as problem details (RFC 9457): one sentence for a person, never a stack
 * or a secret. The one place where errors become statuses.
 */
import type { AgentError } from "@callsheet/core/AgentError"
import * as Duration from "effect/Duration"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ProblemDetails from "effect/http/ProblemDetails"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

import type { RunError } from "./RunError.ts"

/** Status and title of each kind. The kind is part of `type`: a name that stays. */
const kinds = {
  "bad-request": [400, "The request is not HTTP as it should be"],
  "invalid-body": [400, "The body is not what this route takes"],
  unsupported: [400, "What is asked for cannot be done"],
  "invalid-question": [400, "The question cannot be asked"],
  "invalid-page": [400, "There is no such page"],
  "invalid-range": [400, "There is no such range of time"],
  "invalid-event-id": [400, "The id of the last event is none"],
  "not-authorized": [401, "A token is needed"],
  "foreign-origin": [403, "The request comes from another site"],
  "not-found": [404, "There is nothing here"],
  "unknown-conversation": [404, "There is no such conversation"],
  "unknown-model": [404, "There is no such model"],
  "unknown-run": [404, "There is no such run"],
  "no-trace": [404, "Where the time of the run went is not known"],
  "method-not-allowed": [405, "The method is not allowed here"],
  "too-slow": [408, "The request took too long to arrive"],
  "call-not-waiting": [409, "The call does not wait for approval"],
  "run-elsewhere": [409, "The run is in another process"],
  "run-under-way": [409, "The run is under way"],
  "run-stopped": [409, "The run was stopped"],
  "body-too-large": [413, "The body is too large"],
  "question-too-long": [413, "The question is too long"],
  "address-too-long": [414, "The address is too long"],
  "wrong-type": [415, "The body is of a type that this route does not take"],
  "wrong-host": [421, "The request is meant for another host"],
  "too-many-runs": [429, "Too many questions at once"],
  "headers-too-large": [431, "The headers are too large"],
  broken: [500, "The server broke"],
  "model-failed": [502, "The model failed"],
  "no-answer": [502, "The model gave no answer"],
  "model-unavailable": [503, "The model cannot be reached now"],
  stopping: [503, "The server is stopping"],
  "store-failed": [503, "What is kept of runs cannot be read"]
} as const

export class Problem extends Schema.TaggedError<Problem>()("Problem", {
  kind: Schema.Literals(Struct.keys(kinds)),
  /** One sentence for a person, which says what to do where something can be done. */
  detail: Schema.String,
  retryAfterSeconds: Schema.optionalKey(Schema.Natural),
  /** The field that is wrong, where one is to be named. */
  param: Schema.optionalKey(Schema.String),
  /** The methods that are allowed, of a wrong one. */
  allow: Schema.optionalKey(Schema.String)
}) {
  get status(): number {
    return kinds[this.kind][0]
  }
  override get message(): string {
    return this.detail
  }
}

/** The body that is sent. */
export const details = ({ detail, kind }: Problem): ProblemDetails.ProblemDetails => ({
  type: `urn:callsheet:problem:${kind}`,
  title: kinds[kind][1],
  status: kinds[kind][0],
  detail
})

/** The headers that go with it, beside its type. */
export const headers = (problem: Problem): Readonly<Record<string, string>> => ({
  "cache-control": "no-store",
  ...(problem.retryAfterSeconds === undefined ? {} : { "retry-after": String(problem.retryAfterSeconds) }),
  ...(problem.allow === undefined ? {} : { allow: problem.allow }),
  ...(problem.kind === "not-authorized" ? { "www-authenticate": "Bearer" } : {})
})

export const toResponse = (problem: Problem): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeaders(ProblemDetails.toResponse(details(problem)), headers(problem))

/** A fault of the program: its log tells more. */
export const broken = new Problem({ kind: "broken", detail: "The server broke: this is a fault of the program." })

/** Why a run ended without an answer. */
export const fromAgentError = ({ message, reason }: AgentError): Problem => {
  switch (reason._tag) {
    case "InvalidQuestion":
      return new Problem({ kind: "invalid-question", detail: message })
    case "NoAnswer":
      return new Problem({ kind: "no-answer", detail: message })
    case "BudgetUnchecked":
      return new Problem({ kind: "broken", detail: message })
    case "ModelFailed": {
      const { error, isRetryable } = reason
      if (!isRetryable) return new Problem({ kind: "model-failed", detail: message })
      const wait = error.retryAfter
      const retryAfterSeconds = wait === undefined ? 5 : Math.ceil(Duration.toSeconds(wait))
      return new Problem({ kind: "model-unavailable", detail: message, retryAfterSeconds })
    }
  }
}

export const fromRunError = ({ message: detail, reason }: RunError): Problem => {
  switch (reason._tag) {
    case "TooManyRuns":
      return new Problem({ kind: "too-many-runs", detail, retryAfterSeconds: reason.retryAfterSeconds })
    case "UnknownRun":
      return new Problem({ kind: "unknown-run", detail })
    case "UnknownConversation":
      return new Problem({ kind: "unknown-conversation", detail })
    case "CallNotWaiting":
      return new Problem({ kind: "call-not-waiting", detail })
    case "RunElsewhere":
      return new Problem({ kind: "run-elsewhere", detail })
    case "RunUnderWay":
      return new Problem({ kind: "run-under-way", detail, retryAfterSeconds: 1 })
    case "NoTrace":
      return new Problem({ kind: "no-trace", detail })
    case "Stopped":
      return new Problem({ kind: "run-stopped", detail })
    case "ServerStopping":
      return new Problem({ kind: "stopping", detail, retryAfterSeconds: 5 })
    case "RunBroke":
      return broken
    case "StoreFailed":
      return new Problem({ kind: "store-failed", detail, retryAfterSeconds: 5 })
  }
}
