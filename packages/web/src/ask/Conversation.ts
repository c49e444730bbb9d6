/**
 * Conversation: the turns of a conversation that the page shows: what the server kept of it, what is under way, and what was asked here.
 * They stay while other views are looked at.
 */
import * as Effect from "effect/Effect"
import * as AtomRef from "effect/reactivity/AtomRef"

import * as LiveRun from "../run/LiveRun.ts"
import * as RunState from "../run/RunState.ts"
import * as Conversations from "../wire/Conversations.ts"
import type { RequestFailed } from "../wire/Http.ts"
import * as Runs from "../wire/Runs.ts"
import * as Kept from "./Kept.ts"
import * as Pending from "./Pending.ts"

/** One question. `asked` has not begun yet; `past` is what is kept of one that is over. */
export type Turn =
  | {
      readonly kind: "past"
      readonly key: string
      readonly runId: string
      readonly question: string
      readonly answer: string
      readonly problem: string | null
      readonly calls: number
    }
  | { readonly kind: "live"; readonly key: string; readonly question: string; readonly run: LiveRun.LiveRun }
  | {
      readonly kind: "asked"
      readonly key: string
      readonly question: string
      /** Why it was not taken; undefined while it waits for its turn. */
      readonly problem: RequestFailed | undefined
      readonly takeBack: () => void
    }

export interface Shown {
  /** The newest last. */
  readonly turns: ReadonlyArray<Turn>
  /** Where what came before begins; null where nothing did, undefined before that is known. */
  readonly earlier: string | null | undefined
  readonly problem: RequestFailed | undefined
  /** How many questions came to an end while the page followed them. */
  readonly ended: number
}

export interface Conversation {
  readonly id: string
  readonly shown: AtomRef.ReadonlyRef<Shown>
  readonly ask: (question: string) => void
  /** Asks the server for what came before, or for all of it where it could not be had. */
  readonly load: Effect.Effect<void>
  /** Takes a turn out of sight that was not taken, or was lost. */
  readonly dismiss: (key: string) => void
}

/** Runs that are looked through for those of the conversation that are under way. */
const mostRuns = 100

const pastOf = ({ answer, calls, question, runId }: Conversations.Exchange): Turn => ({
  kind: "past",
  key: runId,
  runId,
  question,
  answer,
  problem: null,
  calls: calls.length
})

/** A run that left no exchange: it goes on, or came to nothing. */
const turnOf = ({ answer, problem, question, runId, state }: Runs.RunRecord): Turn =>
  state === "running"
    ? { kind: "live", key: runId, question, run: LiveRun.of(runId, question) }
    : { kind: "past", key: runId, runId, question, answer: answer ?? "", problem, calls: 0 }

const keptTurn = (kept: Kept.Kept): Turn => (kept.kind === "exchange" ? pastOf(kept.exchange) : turnOf(kept.run))

/** One that the server does not keep yet has nothing before it. */
const pageOf = (id: string, before: string | undefined) =>
  Effect.catchIf(
    Conversations.find(id, before),
    ({ kind }) => kind === "unknown-conversation",
    () => Effect.succeed({ exchanges: [], next: null })
  )

const make = (id: string): Conversation => {
  const shown = AtomRef.make<Shown>({ turns: [], earlier: undefined, problem: undefined, ended: 0 })
  let asked = 0

  const put = (key: string, turn: Turn | undefined) =>
    shown.update((now) => ({
      ...now,
      turns: now.turns.flatMap((one) => (one.key !== key ? [one] : turn === undefined ? [] : [turn]))
    }))

  const countEnd = (run: LiveRun.LiveRun) => {
    const leave = run.state.subscribe((state) => {
      if (!RunState.isOver(state)) return
      leave()
      shown.update((now) => ({ ...now, ended: now.ended + 1 }))
    })
  }

  const load = Effect.gen(function* () {
    const { earlier } = shown.value
    if (earlier === null) return
    const isFirst = earlier === undefined
    const { exchanges, next } = yield* pageOf(id, earlier)
    const { runs } = isFirst ? yield* Runs.list(mostRuns) : { runs: [] }
    const kept = Kept.merged(id, exchanges, runs, next !== null)
    shown.update((now) => {
      const known = new Set(now.turns.map(({ key }) => key))
      const found = kept.map(keptTurn).filter(({ key }) => !known.has(key))
      return { ...now, turns: [...found, ...now.turns], earlier: next, problem: undefined }
    })
  }).pipe(Effect.catch((problem) => Effect.sync(() => shown.update((now) => ({ ...now, problem })))))

  const ask = (question: string) => {
    const key = `asked_${asked++}`
    Pending.keep(id, question)
    const takeBack = LiveRun.ask(
      { question, conversationId: id },
      (run) => {
        Pending.forget(id)
        // By the same key, so that it stays in its place.
        put(key, { kind: "live", key, question, run })
        countEnd(run)
      },
      (problem) => {
        // Who is to show a token first finds the question again where it was written.
        if (problem.status !== 401) Pending.forget(id)
        put(key, { kind: "asked", key, question, problem, takeBack: () => {} })
      }
    )
    const turn: Turn = {
      kind: "asked",
      key,
      question,
      problem: undefined,
      takeBack: () => {
        takeBack()
        Pending.forget(id)
        put(key, undefined)
      }
    }
    shown.update((now) => ({ ...now, turns: [...now.turns, turn] }))
  }

  return { id, shown, ask, load, dismiss: (key) => void put(key, undefined) }
}

const known = new Map<string, Conversation>()

const kept = (id: string): Conversation => {
  const made = known.get(id) ?? make(id)
  known.set(id, made)
  return made
}

/** The conversation of that id, which the server may know or not. */
export const of = (id: string): Conversation => {
  const isKnown = known.has(id)
  const found = kept(id)
  if (!isKnown) Effect.runFork(found.load)
  return found
}

/** One that the server cannot know yet. */
export const begin = kept

/** Whether anything was asked in it, here. */
export const isBegun = (id: string): boolean => (known.get(id)?.shown.value.turns.length ?? 0) > 0

/** The run of a turn; of one that is over, what is kept of it. */
export const runOf = (turn: Exclude<Turn, { readonly kind: "asked" }>): LiveRun.LiveRun =>
  turn.kind === "live" ? turn.run : LiveRun.of(turn.runId, turn.question)

/** The id of one that nobody has begun. */
export const newId = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return `c_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`
}

/** Forgets what the page knows of it. */
export const drop = (id: string): void => void known.delete(id)
