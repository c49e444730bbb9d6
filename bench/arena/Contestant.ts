/**
 * Contestant: what every agent in the arena has to offer, so that all are driven, timed and checked alike.
 *
 * A contestant is a module that exports `contestant`. It runs in a process of its own, loaded by `arena/runner.ts`. Plain
 * Promises, because most of those who stand here know nothing of Effect.
 */

/** How a contestant is to talk to the model. */
export interface Setting {
  /** The scripted model's base URL; ends in `/v1`. */
  readonly baseUrl: string
  /** The tool backend's base URL: `GET {toolUrl}/{tool}?...` answers JSON. See `tools` in `Tools.ts`. */
  readonly toolUrl: string
  readonly api: "responses" | "chat"
  readonly streaming: boolean
  /** With a tracer that keeps what it gets, where the contestant has tracing; else without. */
  readonly tracing: boolean
  /** Whether the model may hand in plans. Only for contestants that say they can. */
  readonly plans: boolean
}

/** A contestant, ready to be asked. It keeps its connections from one question to the next. */
export interface Ready {
  /** Answers `question` with the tools of `Tools.ts`, streaming where it was set so; keeps no conversation. */
  readonly ask: (question: string) => Promise<string>
  /** Waits for what it does later for the runs so far: it is theirs, and is counted with them. */
  readonly settle?: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface Contestant {
  /** As it stands in a row: `callsheet`, `floor`, `ai-sdk`, ... */
  readonly name: string
  /** The packages it stands for, `name@version`; empty for the floor. */
  readonly packages: ReadonlyArray<string>
  readonly apis: ReadonlyArray<Setting["api"]>
  readonly hasTracing: boolean
  readonly hasPlans: boolean
  /** It cannot be set not to stream. */
  readonly onlyStreams?: boolean
  /** Makes it ready. What it imports it imports here, so that naming a contestant loads nothing. */
  readonly make: (setting: Setting) => Promise<Ready>
}
