/**
 * BadRequests: requests each of which is wrong in at least one way, made from a seed: the same each time.
 */

export interface BadRequest {
  /** What is wrong with it. */
  readonly spoiled: ReadonlyArray<string>
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface Target {
  readonly host: string
  readonly token: string
  /** A run that is over. */
  readonly runId: string
  readonly limits: { readonly bodyBytes: number; readonly addressBytes: number; readonly headerBytes: number }
}

type Random = (below: number) => number

/** Numbers from a seed (mulberry32). */
const randomFrom = (seed: number): Random => {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const utf8 = new TextEncoder()
const bytesOf = (body: unknown) => utf8.encode(JSON.stringify(body))

const pick = <A>(random: Random, from: readonly [A, ...Array<A>]): A => from[random(from.length)] ?? from[0]

/** Any value that JSON spells. */
const anyJson = (random: Random, depth = 0): unknown => {
  const kind = random(depth > 3 ? 5 : 7)
  if (kind === 0) return null
  if (kind === 1) return random(2) === 0
  if (kind === 2) return pick(random, [0, -1, 1.5, 1e308, -1e308, 2 ** 53])
  if (kind === 3) return pick(random, ["", "\0", "\ud800", "__proto__", "a".repeat(random(200)), "é🙂"])
  if (kind === 4) return random(1000)
  const values = Array.from({ length: random(4) }, () => anyJson(random, depth + 1))
  if (kind === 5) return values
  const names = [
    "question",
    "conversationId",
    "deadlineMillis",
    "__proto__",
    "constructor",
    "callId",
    "approved"
  ] as const
  return Object.fromEntries(values.map((value) => [pick(random, names), value]))
}

const wrongFields = (random: Random): unknown =>
  pick<() => unknown>(random, [
    () => ({ question: pick<unknown>(random, [1, null, [], {}, true, "", "  \n"]) }),
    () => ({ question: "say 1", deadlineMillis: pick<unknown>(random, [0, -5, "5", null, 1e300]) }),
    () => ({ question: "say 1", conversationId: pick<unknown>(random, ["", "a b", "x".repeat(200), 7, null]) }),
    () => ({ question: "say 1", previousRunId: pick<unknown>(random, ["", "x", "run_0", "run_", 7, null, "run_é"]) }),
    () => ({ question: "say 1", stopWhenLeft: pick<unknown>(random, ["yes", 1, null]) }),
    () => ({ question: "long ".repeat(400) }),
    () => ({}),
    () => pick<unknown>(random, [null, [], 3, "text", [{ question: "say 1" }]])
  ])()

type Draft = { -readonly [K in keyof BadRequest]: BadRequest[K] }
type Spoil = (draft: Draft, random: Random, target: Target) => void

const withHeader = (draft: Draft, name: string, value: string) => {
  draft.headers = { ...draft.headers, [name]: value }
}

const askBody = (draft: Draft, body: Uint8Array) => {
  draft.method = "POST"
  draft.path = "/v1/ask"
  draft.body = body
}

/** Each makes any request wrong. */
const spoils: Readonly<Record<string, Spoil>> = {
  host: (draft, random) =>
    withHeader(
      draft,
      "host",
      pick(random, ["evil.example", "127.0.0.1.evil.example", "a b", "[::1", "x@127.0.0.1", "localhost:x"])
    ),
  origin: (draft, random) =>
    withHeader(draft, "origin", pick(random, ["http://evil.example", "null", "https://127.0.0.1:1", "garbage"])),
  token: (draft, random) =>
    withHeader(
      draft,
      "authorization",
      pick(random, ["", "Bearer", "Bearer wrong", "Basic abc", `Bearer ${"x".repeat(500)}`])
    ),
  route: (draft, random) => {
    draft.path = pick(random, [
      "/v1",
      "/v1/ask/more",
      "/V1/ASK",
      "/..%2f..%2fetc/passwd",
      "/v1/runz",
      "/v1/%E0%A4%A",
      "/%00",
      "//v1//nothing",
      "/v1/runs/run_1/other",
      "/v1/ask%2",
      `/${String.fromCharCode(97 + random(26)).repeat(1 + random(50))}?${random(1000)}=%`
    ])
  },
  run: (draft, random) => {
    draft.method = pick(random, ["GET", "DELETE"])
    draft.path = `/v1/runs/${pick(random, ["run_0", "run_", "x", "%2e%2e", "run_%00", `run_${"9".repeat(60)}`, "%"])}`
  },
  method: (draft, random) => {
    const [method, path] = pick<readonly [string, string]>(random, [
      ["GET", "/v1/ask"],
      ["PUT", "/v1/ask"],
      ["DELETE", "/v1/ask"],
      ["PATCH", "/healthz"],
      ["POST", "/healthz"],
      ["PROPFIND", "/v1/ask"],
      ["TRACE", "/healthz"],
      ["POST", "/v1/runs/run_1/events"],
      ["GET", "/v1/session"],
      ["QUERY", "/v1/ask"]
    ])
    draft.method = method
    draft.path = path
  },
  type: (draft, random) => {
    askBody(draft, bytesOf({ question: "say 1" }))
    withHeader(
      draft,
      "content-type",
      pick(random, ["text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"])
    )
  },
  encoding: (draft, random) => {
    askBody(draft, bytesOf({ question: "say 1" }))
    withHeader(draft, "content-encoding", pick(random, ["gzip", "br", "x"]))
  },
  bytes: (draft, random) => {
    askBody(
      draft,
      Uint8Array.from({ length: random(300) }, () => 128 + random(128))
    )
  },
  utf8: (draft, random) => {
    const body = bytesOf({ question: "say 1 and more" })
    body[15 + random(5)] = 0xff
    askBody(draft, body)
  },
  truncated: (draft, random) => {
    const body = bytesOf({ question: "say 1", conversationId: "c" })
    askBody(draft, body.subarray(0, random(body.length)))
  },
  fields: (draft, random) => askBody(draft, bytesOf(wrongFields(random))),
  any: (draft, random) => {
    const body = anyJson(random)
    askBody(draft, bytesOf([body]))
  },
  deep: (draft, random) => {
    const depth = 33 + random(500)
    const open = pick(random, ["[", '{"question":'])
    askBody(draft, utf8.encode(open.repeat(depth) + "1" + (random(2) === 0 ? "" : "]".repeat(depth))))
  },
  huge: (draft, random, { limits }) =>
    askBody(draft, bytesOf({ question: "x".repeat(limits.bodyBytes + random(limits.bodyBytes)) })),
  address: (draft, random, { limits }) => {
    draft.path = `/v1/ask?${"a".repeat(limits.addressBytes + random(500))}`
  },
  headers: (draft, random, { limits }) => withHeader(draft, "x-large", "a".repeat(limits.headerBytes + random(1000))),
  eventId: (draft, random, { runId }) => {
    draft.method = "GET"
    draft.path = `/v1/runs/${runId}/events`
    withHeader(draft, "last-event-id", pick(random, ["x", "-1", "1e3", "9".repeat(40), "0x1"]))
  },
  page: (draft, random, { runId }) => {
    draft.method = "GET"
    withHeader(draft, "accept", "application/json")
    const bad = pick(random, ["x", "-1", "", "1.", ".run_1", "%00", "9".repeat(40), "1.%F0%9F", "run_é"])
    draft.path = pick(random, [
      `/v1/runs?before=${encodeURI(bad)}`,
      `/v1/conversations?before=${encodeURI(bad)}`,
      `/v1/runs/${runId}/events?after=${encodeURI(bad)}`,
      `/v1/runs?limit=${pick(random, ["x", "", "1.5", "1e3", "NaN", "9".repeat(40)])}`,
      `/v1/conversations/${pick(random, ["unknown", "%20", "%2e%2e%2f", "x".repeat(200), "%E0%A4%A"])}`
    ])
  },
  approval: (draft, random, { runId }) => {
    askBody(
      draft,
      bytesOf(pick<unknown>(random, [{ callId: "c", approved: true }, { callId: 1, approved: "yes" }, {}]))
    )
    draft.path = `/v1/runs/${runId}/approvals`
  },
  chat: (draft, random) => {
    const approval = { id: "run_0.1.c", approved: true }
    const wrong = [
      { role: "user", parts: [{ type: "text", text: " " }] },
      { role: "assistant", parts: [{ type: "dynamic-tool", state: "approval-responded", approval }] },
      { role: "user", parts: [{ type: "file", mediaType: "text/html", url: "file:///etc/passwd" }] },
      { role: "user", parts: anyJson(random) },
      anyJson(random)
    ]
    askBody(draft, bytesOf({ id: "c", messages: [wrong[random(wrong.length)]] }))
    draft.path = "/v1/ui"
  },
  completions: (draft, random) => {
    const message = { role: "user", content: "say 1" }
    const wrong: ReadonlyArray<object> = [
      {},
      { messages: [] },
      { messages: "say 1" },
      { messages: [{ role: "nobody", content: "x" }] },
      { messages: [{ role: "user", content: anyJson(random, 3) ?? 1, tool_calls: 1 }, { role: "assistant" }] },
      { messages: [{ role: "tool", tool_call_id: "x", content: "1" }] },
      { messages: [message], n: 2 },
      { messages: [message], model: pick(random, ["", "gpt-4", "__proto__"]) },
      { messages: [message], tools: [{ type: "function", function: { name: 1 } }] },
      { messages: [message], response_format: { type: "json_schema" } },
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "file:///x" } }] }] }
    ]
    askBody(draft, bytesOf({ model: "toy", ...wrong[random(wrong.length)] }))
    draft.path = "/v1/chat/completions"
  },
  responses: (draft, random) => {
    const wrong: ReadonlyArray<object> = [
      {},
      { input: [] },
      { input: 1 },
      { input: "" },
      { input: [{ type: "item_reference", id: "x" }] },
      { input: [{ type: "function_call_output", call_id: "x", output: "1" }] },
      { input: "say 1", background: true },
      { input: "say 1", tools: [{ type: "web_search" }] },
      { input: "say 1", previous_response_id: pick(random, ["x", "resp_", "resp_nothing", "run_1"]) },
      { input: "say 1", model: "other" }
    ]
    askBody(draft, bytesOf({ model: "toy", ...wrong[random(wrong.length)] }))
    draft.path = "/v1/responses"
  },
  session: (draft, random) => {
    askBody(draft, bytesOf(pick<unknown>(random, [{ token: "wrong" }, { token: 1 }, {}, []])))
    draft.path = "/v1/session"
  }
}

const names = Object.keys(spoils)

export const make = (count: number, seed: number, target: Target): ReadonlyArray<BadRequest> => {
  const random = randomFrom(seed)
  return Array.from({ length: count }, () => {
    const draft: Draft = {
      spoiled: [],
      method: "POST",
      path: "/v1/ask",
      headers: {
        host: target.host,
        authorization: `Bearer ${target.token}`,
        "content-type": "application/json",
        accept: pick(random, ["application/json", "text/event-stream", "*/*"])
      },
      body: bytesOf({ question: "say 1" })
    }
    // A second may undo what the first did to the address and the body, but is wrong itself.
    const chosen = Array.from({ length: 1 + random(2) }, () => names[random(names.length)] ?? "host")
    for (const name of chosen) spoils[name]?.(draft, random, target)
    return { ...draft, spoiled: chosen }
  })
}
