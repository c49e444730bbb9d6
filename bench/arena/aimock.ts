/**
 * The scripts of the arena, played by `@copilotkit/aimock`: another's stand-in for OpenAI, which knows nothing of this
 * benchmark. It streams a token to an event, 4 characters each, each written by itself.
 */
import { LLMock } from "@copilotkit/aimock"

import * as Backend from "./Backend.ts"
import * as Frames from "./Frames.ts"
import * as Place from "./Place.ts"
import { mark } from "./Workloads.ts"

const mock = new LLMock({ port: 0, host: "127.0.0.1", latency: 0, chunkSize: 4, logLevel: "silent" })

mock.addFixture({
  match: { predicate: () => true },
  response: (request) => {
    const { run, script, turn } = Place.placeOf(Place.heldInChat(request), undefined)
    const { calls, text } = script.replies[turn] ?? { text: "The script has ended.", calls: [] }
    if (calls.length === 0) return { content: text }
    return {
      toolCalls: calls.map(({ input, name }, call) => ({
        id: Frames.callId(Backend.markOf(run).slice(1), turn, call),
        name,
        arguments: JSON.stringify(input).replaceAll(mark, Backend.markOf(run))
      }))
    }
  }
})

await mock.start()

process.on("disconnect", () => process.exit())
process.send?.(`${mock.url}/v1`)
