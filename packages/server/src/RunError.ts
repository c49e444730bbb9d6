/**
 * RunError: why a run cannot be begun, watched, stopped or approved. Not why a run failed: that is `AgentError`.
 */
import * as Schema from "effect/Schema"

/** As many runs are under way and as many questions wait as may, or a question waited its time for its turn. */
export class TooManyRuns extends Schema.TaggedError<TooManyRuns>()("TooManyRuns", {
  retryAfterSeconds: Schema.Natural
}) {
  override get message(): string {
    return "Too many questions are being answered: ask again later."
  }
}

/** No run has that id, or it is kept no longer. */
export class UnknownRun extends Schema.TaggedError<UnknownRun>()("UnknownRun", {}) {
  override get message(): string {
    return "There is no such run: it never was, or it is kept no longer."
  }
}

/** The call waits for nobody's word. */
export class CallNotWaiting extends Schema.TaggedError<CallNotWaiting>()("CallNotWaiting", {}) {
  override get message(): string {
    return "The call does not wait for approval: it was decided already, or is none of this run's."
  }
}

/** Another process of this installation has it under way. */
export class RunElsewhere extends Schema.TaggedError<RunElsewhere>()("RunElsewhere", {}) {
  override get message(): string {
    return "The run is under way in another process: ask that one."
  }
}

/** What is asked of it is known once it is over. */
export class RunUnderWay extends Schema.TaggedError<RunUnderWay>()("RunUnderWay", {}) {
  override get message(): string {
    return "The run is under way: ask again when it is over."
  }
}

/** The run is known, but not where its time went. */
export class NoTrace extends Schema.TaggedError<NoTrace>()("NoTrace", {}) {
  override get message(): string {
    return "Of this run no trace was kept: it broke, or was too large."
  }
}

/** The run was ended from outside, so it has no answer. */
export class Stopped extends Schema.TaggedError<Stopped>()("Stopped", { problem: Schema.String }) {
  override get message(): string {
    return this.problem
  }
}

/** Nothing new is begun any more. */
export class ServerStopping extends Schema.TaggedError<ServerStopping>()("ServerStopping", {}) {
  override get message(): string {
    return "The server is stopping: ask again in a moment."
  }
}

/** The run broke: a fault of the program, which its log tells more of. */
export class RunBroke extends Schema.TaggedError<RunBroke>()("RunBroke", {}) {
  override get message(): string {
    return "The run broke: this is a fault of the program."
  }
}

/** What is kept of runs cannot be read. */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", { problem: Schema.String }) {
  override get message(): string {
    return this.problem
  }
}

export class RunError extends Schema.TaggedError<RunError>()("RunError", {
  reason: Schema.Union([
    TooManyRuns,
    UnknownRun,
    CallNotWaiting,
    RunElsewhere,
    RunUnderWay,
    NoTrace,
    Stopped,
    ServerStopping,
    RunBroke,
    StoreFailed
  ])
}) {
  override get message(): string {
    return this.reason.message
  }
}
