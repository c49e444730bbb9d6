/**
 * Limits: how much a client may ask of the server, and for how long. Bytes unless a name says otherwise.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"

export interface Limits {
  /** Of a request's body; 413 beyond. */
  readonly bodyBytes: number
  /** Of the body of one that carries all that was said before, pictures too; 413 beyond. */
  readonly historyBytes: number
  /** Of a question in UTF-8; 413 beyond. */
  readonly questionBytes: number
  /** Of a request's line and headers together; 431 beyond. */
  readonly headerBytes: number
  /** Of the address in a request's line; 414 beyond. */
  readonly addressBytes: number
  /** How deep JSON in a body may nest. */
  readonly jsonDepth: number
  /** Runs under way at once. */
  readonly runsAtOnce: number
  /** Questions that wait for their turn; 429 beyond. */
  readonly runsWaiting: number
  /** How long a question waits for its turn; 429 after. */
  readonly turnWait: Duration.Duration
  /** Between two signs of life to a watcher to whom nothing else is sent. */
  readonly keepAlive: Duration.Duration
  /** How long a watcher that was cut off is told to wait before it comes back. */
  readonly comeBack: Duration.Duration
  /** What a run under way may keep in memory for its watchers. Who needs older events is given them from the store. */
  readonly feedBytes: number
  /** What the messages of a conversation may take in a prompt; beyond, the older ones are summed up. */
  readonly conversationBytes: number
  /** Of one run, what is kept for those that follow. */
  readonly exchangeBytes: number
  /** How long a run waits for the summary of what it follows. Then it goes on from all of it. */
  readonly summaryWait: Duration.Duration
  /** How long runs under way may go on once the server is to end. */
  readonly ending: Duration.Duration
  /** How long the head of a request may take to arrive, and then all of it; 408 after. */
  readonly headTime: Duration.Duration
  readonly requestTime: Duration.Duration
  /** How long a client may take nothing of what is sent to it, before it is let go. */
  readonly stalled: Duration.Duration
  /** Sockets at once; more are refused. */
  readonly connections: number
}

export const standard: Limits = {
  bodyBytes: 64 * 1024,
  historyBytes: 8 * 1024 * 1024,
  questionBytes: 16 * 1024,
  headerBytes: 16 * 1024,
  addressBytes: 2048,
  jsonDepth: 32,
  runsAtOnce: 512,
  runsWaiting: 512,
  turnWait: Duration.seconds(30),
  keepAlive: Duration.seconds(15),
  comeBack: Duration.seconds(1),
  feedBytes: 8 * 1024,
  conversationBytes: 128 * 1024,
  exchangeBytes: 256 * 1024,
  summaryWait: Duration.seconds(5),
  ending: Duration.seconds(10),
  headTime: Duration.seconds(10),
  requestTime: Duration.seconds(30),
  stalled: Duration.seconds(60),
  connections: 2048
}

/** Those that hold; `standard` where none are provided. */
export const Current = Context.Reference<Limits>("@callsheet/server/Limits", { defaultValue: () => standard })
