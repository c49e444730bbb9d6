/**
 * A collector on loopback that keeps what it is sent.
 */
import { createServer } from "node:http"

/** Does `use` with its address; the bodies of all that came meanwhile, in one text. */
export const collected = async (use: (endpoint: string) => Promise<unknown>): Promise<string> => {
  const bodies: Array<string> = []
  const server = createServer((request, response) => {
    request.on("data", (data) => bodies.push(String(data)))
    request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"))
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  const address = server.address()
  await use(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`)
  server.close()
  return bodies.join("")
}
