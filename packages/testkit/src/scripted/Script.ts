/**
 * Script: what a stand-in model says, as a pure function of what it can see.
 *
 * A script proves scheduling, never intelligence: it shows what the engine does with a model's choices, and nothing about
 * whether a model would make them. `ScriptedModel` and `ScriptedServer` are the two faces it speaks through.
 */

/** A tool call that stands in the conversation. */
export interface Call {
  readonly id: string
  readonly name: string
  readonly input: unknown
}

export type Message =
  | {
      readonly role: "user"
      readonly text: string
      /** Addresses of the pictures beside the text; absent without any. */
      readonly images?: ReadonlyArray<string>
    }
  | { readonly role: "assistant"; readonly text: string; readonly calls: ReadonlyArray<Call> }
  | {
      readonly role: "tool"
      readonly callId: string
      /** The name of the call answered; empty for a call that the conversation does not hold. */
      readonly name: string
      /** The result as JSON; text that is not JSON stays a string. */
      readonly result: unknown
      /** Read from `result` itself, since the wire carries no flag: see `failureMessage`. */
      readonly isFailure: boolean
    }

/** `{ tool }` asks for that tool by name. A conversation without tools has `none`. */
export type ToolChoice = "auto" | "none" | "required" | { readonly tool: string }

/** All that a model can see when it is asked. */
export interface View {
  /** Every system text, in order, joined by an empty line. */
  readonly system: string
  /** The conversation, oldest first; neighbouring assistant messages are one. */
  readonly messages: ReadonlyArray<Message>
  /** Names of the tools on offer, in the order offered. */
  readonly tools: ReadonlyArray<string>
  readonly toolChoice: ToolChoice
  /** The latest user text; empty without one. */
  readonly question: string
}

/** What the model says: text first, then calls, which may run side by side. */
export interface Reply {
  readonly text: string
  readonly calls: ReadonlyArray<{ readonly name: string; readonly input: Readonly<Record<string, unknown>> }>
}

export type Script = (view: View) => Reply

/** A reply as both faces speak it: with call ids, and each call's arguments as the JSON text that is streamed. */
export interface Spoken {
  readonly text: string
  readonly calls: ReadonlyArray<{
    readonly id: string
    readonly name: string
    readonly input: Readonly<Record<string, unknown>>
    readonly inputText: string
  }>
}

/** How many turns the model has had. */
export const turnOf = (view: View): number => view.messages.filter((message) => message.role === "assistant").length

/**
 * A script that gives the n-th reply at the n-th turn of the model.
 *
 * Past the end it says that the script has ended, without calls, so that a loop under test stops.
 */
export const turns =
  (replies: ReadonlyArray<Partial<Reply>>): Script =>
  (view) => {
    const reply = replies[turnOf(view)]
    return reply === undefined
      ? { text: `The script ends after ${replies.length} turns.`, calls: [] }
      : { text: reply.text ?? "", calls: reply.calls ?? [] }
  }

/**
 * The script's reply to `view`.
 *
 * A call's id depends on its place in the conversation only, so the same conversation has the same ids on either face.
 * Where `toolChoice` is `none` the calls are left out, as a provider would; other choices are the script's to follow.
 */
export const speak = (script: Script, view: View): Spoken => {
  const reply = script(view)
  const turn = turnOf(view)
  const calls = view.toolChoice === "none" ? [] : reply.calls
  return {
    text: reply.text,
    calls: calls.map(({ name, input }, index) => ({
      id: `call_${turn}_${index}`,
      name,
      input,
      inputText: JSON.stringify(input)
    }))
  }
}
