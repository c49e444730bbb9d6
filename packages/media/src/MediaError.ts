/**
 * MediaError: the one error of the four media services. Its `reason` says what happened; the reason's `message` is one
 * sentence for a person (or a model) that says what to do about it, and never holds a secret.
 */
import * as Schema from "effect/Schema"

/** The services, by the names that tools and errors use for them. */
export const ServiceName = Schema.Literals(["plex", "tmdb", "radarr", "sonarr"])
export type ServiceName = typeof ServiceName.Type

const fields = { service: ServiceName, message: Schema.String }

/**
 * No answer came: the name does not resolve, nothing listens there, or it took too long.
 *
 * @category errors
 */
export class Unreachable extends Schema.TaggedError<Unreachable>()("Unreachable", fields) {
  readonly isRetryable = true
}

/**
 * The service refused the token or key. Asking again will not help.
 *
 * @category errors
 */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", fields) {
  readonly isRetryable = false
}

/**
 * The service itself says that it knows no such thing: a title, a person, or (by a wrong base URL) the API itself.
 *
 * @category errors
 */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", fields) {
  readonly isRetryable = false
}

/**
 * The service asked us to slow down.
 *
 * @category errors
 */
export class Throttled extends Schema.TaggedError<Throttled>()("Throttled", {
  ...fields,
  /** How long to wait before the next attempt; one second where the service did not say. */
  retryAfter: Schema.Duration
}) {
  readonly isRetryable = true
}

/**
 * The request cannot be carried out as it stands: the service's validation or our own refused a value.
 *
 * @category errors
 */
export class Rejected extends Schema.TaggedError<Rejected>()("Rejected", {
  ...fields,
  /** Each complaint in the service's words; `message` holds them joined. */
  messages: Schema.Array(Schema.String)
}) {
  readonly isRetryable = false
}

/**
 * An answer our schema does not know, a failure inside the service, or a 404 that may not be its own. `status` is the HTTP
 * status, null where the answer is of another schema.
 *
 * @category errors
 */
export class Unexpected extends Schema.TaggedError<Unexpected>()("Unexpected", {
  ...fields,
  status: Schema.NullOr(Schema.Int)
}) {
  get isRetryable(): boolean {
    return this.status !== null && this.status >= 500
  }
}

/**
 * A failure of Plex, TMDb, Radarr or Sonarr; `reason` says which kind, `reason.service` whose.
 *
 * **Details**
 *
 * It is a `Schema`: as a tool's failure the model reads the tag, the service and the sentence.
 *
 * @category errors
 */
export class MediaError extends Schema.TaggedError<MediaError>()("MediaError", {
  reason: Schema.Union([Unreachable, Unauthorized, NotFound, Throttled, Rejected, Unexpected])
}) {
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
  override get message(): string {
    return this.reason.message
  }
}

/** The request to `service` is refused before it is sent, for the given complaints. */
export const rejected = (service: ServiceName, ...messages: ReadonlyArray<string>): MediaError =>
  new MediaError({ reason: new Rejected({ service, messages, message: messages.join(" ") }) })

/** `service` answered, and holds no such thing. */
export const notFound = (service: ServiceName, message: string): MediaError =>
  new MediaError({ reason: new NotFound({ service, message }) })
