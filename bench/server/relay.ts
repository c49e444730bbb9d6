/**
 * The floor of the load bench, as a process: a relay by hand over `node:http`, which passes the model's bytes on as they come.
 */
import { Agent, createServer, request } from "node:http"

import * as Self from "./Self.ts"

const [modelUrl = ""] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })

const server = createServer({ noDelay: true }, (asked, answer) => {
  let body = ""
  asked.setEncoding("utf8")
  asked.on("data", (piece: string) => (body += piece))
  asked.on("end", () => {
    const sent = request(`${modelUrl}/responses`, { method: "POST", agent }, (response) => {
      answer.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" })
      response.on("data", (piece: Buffer) => answer.write(piece))
      response.on("end", () => answer.end())
      response.on("error", () => answer.destroy())
    })
    sent.on("error", () => answer.destroy())
    answer.on("close", () => sent.destroy())
    sent.end(body)
  })
})

server.listen(0, "127.0.0.1", 4096, () => {
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  Self.greet(`http://127.0.0.1:${port}/`)
  Self.answer((tell) => server.getConnections((_, connections) => tell({ connections, running: 0 })))
})
