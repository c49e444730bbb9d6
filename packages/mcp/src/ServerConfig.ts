/**
 * ServerConfig: an MCP server whose tools an agent gets: where it is, and how far it is trusted.
 */
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"

/** A program that speaks over its standard input and output. It gets `env` and the path of programs, and nothing else of the environment. */
export interface Program {
  readonly command: string
  readonly args?: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string | Redacted.Redacted>>
  readonly cwd?: string
}

/** A server at an address, over streamable HTTP. */
export interface Address {
  readonly url: string
  readonly headers?: Readonly<Record<string, string | Redacted.Redacted>>
}

export interface ServerConfig {
  /** Begins the names of its tools: `NAME__tool`. Letters, digits, `_` and `-`, at most 24. */
  readonly name: string
  readonly at: Program | Address
  /**
   * Whether its hints are true. What a server says of its own tools is a claim: of one that is not trusted every tool waits for
   * approval, and nothing of it starts early, is repeated or remembered.
   */
  readonly isTrusted?: boolean
  /** How long what its read-only tools gave stays true; nothing of it is remembered if absent, or where it is not trusted. */
  readonly freshness?: Duration.Input
  /** The only tools of it that are offered, by its own names; all if absent. */
  readonly only?: ReadonlyArray<string>
  /** Calls of it that run at a time. */
  readonly concurrency?: number
}
