/**
 * RunGraph: what a run did, freed of when it did it: rounds of one model call each, and the calls that each asked for. What the
 * scheduler can be given once more, with other times (`Replay`).
 */

/** A tool call. Times in milliseconds. */
export interface GraphCall {
  readonly id: string
  readonly name: string
  readonly isReadOnly: boolean
  readonly upstream: string | undefined
  /** How long its tool took, without waiting for a place. */
  readonly millis: number
  /** When its arguments were complete, since its round's model call began. */
  readonly writtenMillis: number
  /** Calls of the same round that it waited for, since its arguments are made of their results (a plan). */
  readonly needs: ReadonlyArray<string>
  /** JSON text; `undefined` where the trace holds no content. */
  readonly arguments: string | undefined
  readonly result: string | undefined
}

export interface Round {
  /** `undefined` for calls that no model asked for (rules, foreseen), which come before the first model call. */
  readonly model:
    | {
        readonly id: string
        /** From the request to the first token. */
        readonly waitMillis: number
        readonly decodeMillis: number
      }
    | undefined
  readonly calls: ReadonlyArray<GraphCall>
  /** The engine's own time before the round begins: from the end of all of the round before it. */
  readonly gapMillis: number
}

export interface RunGraph {
  readonly rounds: ReadonlyArray<Round>
  /** From the end of the last round to the end of the run. */
  readonly restMillis: number
}
