/**
 * `wires`: what WebSocket mode saves, and what it does where sockets are cut, refused or shared.
 */
import * as Agent from "@callsheet/core/Agent"
import { ModelStream } from "@callsheet/core/model/ModelStream"
import * as OpenAiModel from "@callsheet/openai/OpenAiModel"
import * as Requests from "@callsheet/testkit/scripted/Requests"
import { type Script, turnOf } from "@callsheet/testkit/scripted/Script"
import { type Chaos, ScriptedServer } from "@callsheet/testkit/scripted/ScriptedServer"
import type { Timing } from "@callsheet/testkit/scripted/Timing"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import type { Row, Suite } from "./Report.ts"

const toolSteps = 20
const runsAtATime = 16
const refusedRuns = 10

const about = `What the Responses API over WebSocket sends and survives. Load: a run of ${toolSteps} tool steps, one call each, results of
about 300 bytes, then an answer. Model: scripted, in this process on loopback; it proves the wire, never intelligence. Bytes: of
JSON as the server reads it; "input items" are those of the input but for the system's, which count as instructions. The share
is against the same run over HTTP without previous_response_id. Cuts: the run once for each event of each of its responses,
whose socket is cut right behind it. A run may then fail, if a part of that response had been handed on; it may not say a thing
twice, nor make a call twice. Shared: ${runsAtATime} runs at a time, 20 ms to the first token.`

const Look = Tool.make("look_up", {
  description: "Looks one shelf of the library up: what stands there, since when, and in which quality.",
  parameters: Schema.Struct({ shelf: Schema.String }),
  success: Schema.String
}).annotate(Tool.Readonly, true)

const toolkit = Toolkit.make(Look)

const answer = "All twenty shelves are full, and nothing is missing."

const script: Script = (view) => {
  const turn = turnOf(view)
  const calls = [{ name: "look_up", input: { shelf: `shelf ${turn}` } }]
  return turn < toolSteps ? { text: turn % 5 === 0 ? "Next." : "", calls } : { text: answer, calls: [] }
}

const said = `${"Next.".repeat(toolSteps / 5)}${answer}`

const rowsOfShelf = (shelf: string) =>
  Array.from({ length: 5 }, (_, index) => `${shelf}, place ${index}: a film of 1995, in 1080p, since 2019`).join("\n")

const unpaced: Timing = { firstToken: Duration.zero, tokensPerSecond: Infinity }

interface World {
  readonly transport: "http" | "websocket"
  readonly chaos?: Chaos
  readonly timing?: Timing
}

interface Ran {
  readonly isAnswered: boolean
  readonly said: string
  readonly calls: ReadonlyArray<string>
  /** Of the last model call. */
  readonly parts: number
}

/** Runs the script once. */
const run = Effect.gen(function* () {
  const model = yield* ModelStream
  const calls: Array<string> = []
  let said = ""
  let parts = 0
  const counting = ModelStream.of({
    ...model,
    stream: (request) => {
      parts = 0
      return Stream.tap(model.stream(request), () => Effect.sync(() => parts++))
    }
  })
  const handlers = toolkit.toLayer({
    look_up: ({ shelf }) =>
      Effect.sync(() => {
        calls.push(shelf)
        return rowsOfShelf(shelf)
      })
  })
  const agent = Agent.make({
    name: "wires",
    instructions: "You answer from the shelves of a library, which you look up one by one.",
    toolkit: Effect.provide(toolkit, handlers),
    policy: { maxSteps: toolSteps + 1 }
  })
  const events = Stream.runForEach(agent.run("What is missing?"), (event) =>
    Effect.sync(() => {
      if (event._tag === "TextDelta") said += event.delta
    })
  )
  const ended = yield* Effect.result(Effect.provideService(events, ModelStream, counting))
  return { isAnswered: Result.isSuccess(ended), said, calls, parts } satisfies Ran
})

/** What `runs` came to over one model, and what its server was asked. */
const inWorld = <A>({ chaos = {}, timing = unpaced, transport }: World, runs: Effect.Effect<A, never, ModelStream>) =>
  Effect.gen(function* () {
    const { apiKey, baseUrl, requests } = yield* ScriptedServer
    const options = { apiKey: Redacted.make(apiKey), baseUrl, api: "responses" as const, transport }
    const startMillis = performance.now()
    const ran = yield* Effect.provide(runs, OpenAiModel.layerModelStream(options))
    return { ran, millis: performance.now() - startMillis, requests: yield* requests }
  }).pipe(Effect.provide(ScriptedServer.layer({ script, timing, chaos })))

const upgradesOf = (requests: ReadonlyArray<Requests.Served>) =>
  requests.filter(({ method }) => method === "GET").length

const isRight = (ran: Ran) =>
  ran.isAnswered && ran.said === said && new Set(ran.calls).size === toolSteps && isOnce(ran)

/** Nothing said that was not to be said then, no call made twice. */
const isOnce = (ran: Ran) => said.startsWith(ran.said) && new Set(ran.calls).size === ran.calls.length

// Bytes

const weightOf = (requests: ReadonlyArray<Requests.Served>): Requests.Weight => {
  const weights = requests.filter(({ method }) => method !== "GET").map(Requests.weigh)
  const sum = (of: (weight: Requests.Weight) => number) => weights.reduce((total, weight) => total + of(weight), 0)
  return {
    bodyBytes: sum(({ bodyBytes }) => bodyBytes),
    inputBytes: sum(({ inputBytes }) => inputBytes),
    instructionsBytes: sum(({ instructionsBytes }) => instructionsBytes),
    toolsBytes: sum(({ toolsBytes }) => toolsBytes)
  }
}

const bytes = Effect.gen(function* () {
  const http = yield* inWorld({ transport: "http" }, run)
  const socket = yield* inWorld({ transport: "websocket" }, run)
  const [over, under] = [weightOf(http.requests), weightOf(socket.requests)]
  const row = (name: string, key: keyof Requests.Weight): Row => ({
    name: `bytes of ${name}, WebSocket over HTTP`,
    value: under[key] / over[key],
    unit: "x",
    note: `${under[key]} of ${over[key]} bytes`
  })
  return [
    {
      name: "runs answered, each as over HTTP",
      value: [http.ran, socket.ran].filter(isRight).length,
      unit: "of 2",
      atLeast: 2
    },
    { ...row("input items", "inputBytes"), atMost: 0.15 },
    row("instructions", "instructionsBytes"),
    row("tools", "toolsBytes"),
    row("whole bodies", "bodyBytes")
  ] satisfies ReadonlyArray<Row>
})

// Cuts

/** The runs whose `response`-th response is cut behind each of its events, from none on. */
const cutRuns = Effect.fnUntraced(function* (response: number) {
  const all: Array<Ran> = []
  while (true) {
    const { ran, requests } = yield* inWorld(
      { transport: "websocket", chaos: { cut: { response, events: all.length } } },
      run
    )
    all.push(ran)
    // A second socket was needed, or the run failed: there was something to cut.
    if (ran.isAnswered && upgradesOf(requests) === 1) return all
  }
})

const cuts = Effect.gen(function* () {
  const responses = Array.from({ length: toolSteps + 1 }, (_, response) => response)
  const runs = (yield* Effect.forEach(responses, cutRuns, { concurrency: 7 })).flat()
  const failed = runs.filter(({ isAnswered }) => !isAnswered)
  const unit = `of ${runs.length} runs`
  return [
    {
      name: "socket cut: a thing said twice, or a call made twice",
      value: runs.filter((ran) => !isOnce(ran)).length,
      unit,
      atMost: 0
    },
    {
      name: "socket cut: answered, but not as without the cut",
      value: runs.filter((ran) => ran.isAnswered && !isRight(ran)).length,
      unit,
      atMost: 0
    },
    {
      name: "socket cut: failed, though no part had been handed on",
      value: failed.filter(({ parts }) => parts === 0).length,
      unit,
      atMost: 0
    },
    {
      name: "socket cut: answered",
      value: runs.length - failed.length,
      unit,
      note: `${failed.length} failed in a sentence, in the middle of an answer, as over HTTP`
    }
  ] satisfies ReadonlyArray<Row>
})

// No socket, and one for many

const refused = Effect.gen(function* () {
  const runs = Effect.all(
    Array.from({ length: refusedRuns }, () => run),
    { concurrency: 1 }
  )
  const { ran, requests } = yield* inWorld({ transport: "websocket", chaos: { refuseUpgrade: 404 } }, runs)
  const unit = `of ${refusedRuns} runs`
  return [
    { name: "upgrade refused: answered over HTTP", value: ran.filter(isRight).length, unit, atLeast: refusedRuns },
    { name: "upgrade refused: sockets tried", value: upgradesOf(requests), unit: "", atMost: 1 }
  ] satisfies ReadonlyArray<Row>
})

const shared = Effect.gen(function* () {
  const timing = { firstToken: Duration.millis(20), tokensPerSecond: Infinity }
  const runs = Effect.all(
    Array.from({ length: runsAtATime }, () => run),
    { concurrency: runsAtATime }
  )
  const http = yield* inWorld({ transport: "http", timing }, runs)
  const { millis, ran, requests } = yield* inWorld({ transport: "websocket", timing }, runs)
  const over = weightOf(http.requests).inputBytes
  const under = weightOf(requests).inputBytes
  return [
    {
      name: "shared socket: answered",
      value: ran.filter(isRight).length,
      unit: `of ${runsAtATime} runs`,
      atLeast: runsAtATime
    },
    { name: "shared socket: sockets", value: upgradesOf(requests), unit: "", atMost: 1 },
    {
      name: "shared socket: bytes of input items, WebSocket over HTTP",
      value: under / over,
      unit: "x",
      atMost: 0.15,
      note: `${under} of ${over} bytes`
    },
    {
      name: "shared socket: wall time, WebSocket over HTTP",
      value: millis / http.millis,
      unit: "x",
      note: `${Math.round(millis)} ms over ${Math.round(http.millis)} ms, both with the server in this process`
    }
  ] satisfies ReadonlyArray<Row>
})

export const suite: Suite = {
  about,
  rows: Effect.map(Effect.all([bytes, shared, refused, cuts], { concurrency: 1 }), (rows) => rows.flat())
}
