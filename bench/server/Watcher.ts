/**
 * Watcher: a client that asks and reads the events of its answer: when the first came, what each word was on its way, and whether
 * all came, each once and in order.
 */
import { type ClientRequest, request } from "node:http"

import * as Model from "./Model.ts"

export interface Watcher {
  /** From the request to the first event; `NaN` before it. */
  readonly firstMillis: () => number
  /** From the model's writing to the reading here, of each word that has come. */
  readonly lagsMillis: (written: Float64Array) => ReadonlyArray<number>
  /** Events that are not there, or are there again: by their ids where they have some, else by the answer's words. */
  readonly lost: () => number
  readonly repeated: () => number
  /** When all had come, from the request; undefined where they have not. */
  readonly endMillis: () => number | undefined
  /** Has the first event; is over. Both end with an error too. */
  readonly begun: Promise<void>
  readonly over: Promise<void>
  readonly leave: () => void
}

/** Reads frames of server-sent events, ours and the model's: both name a piece of the answer `delta`. */
class Seen {
  #rest = ""
  #nextId = 0
  #text = ""
  readonly arrivedMillis = new Float64Array(Model.words).fill(Number.NaN)
  lost = 0
  repeated = 0
  events = 0
  isWhole = false

  push(piece: string, nowMillis: number): void {
    const frames = (this.#rest + piece).split("\n\n")
    this.#rest = frames.pop() ?? ""
    for (const frame of frames) this.#take(frame, nowMillis)
  }

  #take(frame: string, nowMillis: number): void {
    if (!frame.includes("data: ")) return
    this.events++
    const id = frame.startsWith("id: ") ? Number(frame.slice(4, frame.indexOf("\n"))) : undefined
    if (id !== undefined) {
      if (id > this.#nextId) this.lost += id - this.#nextId
      if (id < this.#nextId) this.repeated++
      this.#nextId = Math.max(this.#nextId, id + 1)
    }
    const delta = /"delta":"([^"]*)"/.exec(frame)?.[1]
    if (delta !== undefined) {
      const from = this.#text.length / 4
      this.#text += delta
      this.arrivedMillis.fill(nowMillis, from, this.#text.length / 4)
    }
    if (/^event: (?:RunFinished|response\.completed)$/m.test(frame)) this.isWhole = this.#text === Model.text
  }
}

/** Asks at once, over a connection of its own. */
export const ask = (url: string, body: string): Watcher => {
  const seen = new Seen()
  const begunMillis = performance.now()
  let firstMillis = Number.NaN
  let endMillis: number | undefined
  let sent: ClientRequest | undefined
  const begun = Promise.withResolvers<void>()
  const over = new Promise<void>((resolve) => {
    const end = () => {
      begun.resolve()
      resolve()
    }
    sent = request(url, {
      method: "POST",
      agent: false,
      headers: { "content-type": "application/json", accept: "text/event-stream" }
    })
    sent.on("response", (response) => {
      response.setEncoding("latin1")
      response.on("data", (piece: string) => {
        const nowMillis = performance.now()
        seen.push(piece, nowMillis)
        if (seen.events === 0) return
        if (Number.isNaN(firstMillis)) firstMillis = nowMillis - begunMillis
        begun.resolve()
        if (seen.isWhole) endMillis ??= nowMillis - begunMillis
      })
      response.on("error", end)
      response.on("end", end)
      response.on("close", end)
    })
    sent.on("error", end)
    sent.end(body)
  })
  return {
    firstMillis: () => firstMillis,
    lagsMillis: (written) => [...seen.arrivedMillis].map((at, word) => at - (written[word] ?? Number.NaN)),
    lost: () => seen.lost + (seen.isWhole ? 0 : 1),
    repeated: () => seen.repeated,
    endMillis: () => endMillis,
    begun: begun.promise,
    over,
    leave: () => sent?.destroy()
  }
}
