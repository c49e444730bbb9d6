/**
 * Tools: what every contestant can call, as plain data, and the one way in which all of them call it.
 *
 * Nothing is imported but Node. A tool's handler is `run(setting.toolUrl, name, input)`, in every contestant, so that the
 * cost of a call's request is the same for all; what it yields goes to the model as JSON.
 */
import { Agent, get } from "node:http"

/** A JSON Schema as "strict" function calling wants it: every property required, no others. */
export interface Parameters {
  readonly type: "object"
  readonly properties: Readonly<
    Record<
      string,
      | { readonly type: "string"; readonly description: string; readonly enum?: ReadonlyArray<string> }
      | { readonly type: "array"; readonly description: string; readonly items: { readonly type: "string" | "number" } }
    >
  >
  readonly required: ReadonlyArray<string>
  readonly additionalProperties: false
}

export interface ArenaTool {
  readonly name: string
  readonly description: string
  readonly parameters: Parameters
}

const tool = (name: string, description: string, properties: Parameters["properties"]): ArenaTool => ({
  name,
  description,
  parameters: { type: "object", properties, required: Object.keys(properties), additionalProperties: false }
})

const text = (description: string) => ({ type: "string", description }) as const

/** All read-only. Results: `Backend.ts`. */
export const tools: ReadonlyArray<ArenaTool> = [
  tool("search", "Finds titles by what is said of them; the best match comes first.", {
    query: text("What the titles are like, in a few words.")
  }),
  tool("get", "One title, by its id or by what another title gives as its next.", {
    id: text("The id.")
  }),
  tool("crawl", "One title from far away, which takes long.", {
    id: text("The id.")
  }),
  tool("choose", "The one of some titles that fits a wish best.", {
    wish: text("What the title should be like."),
    ids: { type: "array", description: "The ids to choose from.", items: { type: "string" } }
  }),
  tool("compute", "Computes with numbers.", {
    label: text("What the outcome stands for."),
    operation: { ...text("What to do with the numbers, from left to right."), enum: ["add", "subtract", "divide"] },
    values: { type: "array", description: "The numbers.", items: { type: "number" } }
  }),
  tool("list", "The titles on a shelf.", {
    shelf: { ...text("Which shelf."), enum: ["library", "watchlist", "downloads"] },
    filter: text("Which of its titles, in a few words.")
  })
]

/** The system prompt that all contestants are given. */
export const instructions =
  "You answer questions about films and series from what the tools give, and from nothing else."

/** The model that all contestants ask for, and the key that they send. The server looks at neither. */
export const model = "gpt-4.1-nano"
export const apiKey = "sk-arena"

const agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 4096 })

/**
 * Calls a tool: its result, parsed once. Rejects where the backend refuses.
 *
 * That the result is a `Result` is the caller's word: nothing is checked here, and nobody is made to check.
 */
export const run = <Result = unknown>(toolUrl: string, name: string, input: unknown): Promise<Result> =>
  new Promise((resolve, reject) => {
    const url = `${toolUrl}/${name}?input=${encodeURIComponent(JSON.stringify(input))}`
    const request = get(url, { agent }, (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (piece: string) => {
        body += piece
      })
      response.on("error", reject)
      response.on("end", () => {
        if (response.statusCode === 200) resolve(JSON.parse(body))
        else reject(new Error(`${name} was refused: ${body}`))
      })
    })
    request.on("error", reject)
  })

/** Lets go of the connections, so that a process may end. @public Contestants elsewhere call it. */
export const close = (): void => agent.destroy()
