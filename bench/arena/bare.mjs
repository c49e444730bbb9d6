/**
 * One request over `node:http`, and nothing else: what Node itself takes to send a first request.
 */
import { request } from "node:http"

const body = JSON.stringify({
  model: "gpt-4.1-nano",
  stream: true,
  messages: [{ role: "user", content: "Which films are new?" }]
})

request(`${process.env.OPENAI_BASE_URL}/chat/completions`, {
  method: "POST",
  headers: {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    authorization: `Bearer ${process.env.OPENAI_API_KEY}`
  }
})
  .on("response", (response) => response.resume())
  .end(body)
