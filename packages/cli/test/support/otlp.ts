/**
 * A trace of another agent, as a collector writes it: two reads, one after the other, of which the second needed nothing of the
 * first.
 */
const value = (content: string | number) =>
  typeof content === "string" ? { stringValue: content } : { intValue: String(content) }

const attributes = (entries: Readonly<Record<string, string | number>>) =>
  Object.entries(entries).map(([key, content]) => ({ key, value: value(content) }))

const beganMillis = 1_790_000_000_000

/** Times in milliseconds since the trace began. */
const span = (
  traceId: string,
  id: number,
  parent: number | undefined,
  name: string,
  startMillis: number,
  endMillis: number,
  entries: Readonly<Record<string, string | number>>
) => ({
  traceId,
  spanId: String(id).padStart(16, "0"),
  ...(parent === undefined ? {} : { parentSpanId: String(parent).padStart(16, "0") }),
  name,
  kind: 1,
  startTimeUnixNano: `${beganMillis + startMillis}000000`,
  endTimeUnixNano: `${beganMillis + endMillis}000000`,
  attributes: attributes({ "gen_ai.operation.name": name.split(" ")[0] ?? "", ...entries })
})

const chat = { "gen_ai.request.model": "some-model", "gen_ai.usage.output_tokens": 12 }

const call = (name: string, city: string, hasContent: boolean) => ({
  "gen_ai.tool.name": name,
  "gen_ai.tool.call.id": `call_${name}`,
  ...(hasContent
    ? {
        "gen_ai.tool.call.arguments": JSON.stringify({ city }),
        "gen_ai.tool.call.result": JSON.stringify({ text: `fine in ${city}` })
      }
    : {})
})

/** A run of `agent` that takes `tools` milliseconds for each of its two tools. */
const run = (agent: string, traceId: string, tools: number, hasContent: boolean, begin = 0) => {
  const first = begin + 400
  const second = first + tools
  const end = second + tools
  return [
    span(traceId, 1, undefined, `invoke_agent ${agent}`, begin, end + 600, { "gen_ai.agent.name": agent }),
    span(traceId, 2, 1, "chat some-model", begin, first, chat),
    span(traceId, 3, 1, "execute_tool get_weather", first, second, call("get_weather", "Lisbon", hasContent)),
    span(traceId, 4, 1, "execute_tool get_events", second, end, call("get_events", "Oslo", hasContent)),
    span(traceId, 5, 1, "chat some-model", end, end + 600, chat)
  ]
}

const file = (spans: ReadonlyArray<unknown>) =>
  JSON.stringify({ resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: "x" }, spans }] }] })

/** One run of 1,600 ms: two calls of 300 ms each between two model calls. */
export const oneRun = (hasContent: boolean): string => file(run("traveller", "a".repeat(32), 300, hasContent))

/** The longer run is the second. */
export const twoRuns = file([
  ...run("first", "a".repeat(32), 100, true),
  ...run("second", "b".repeat(32), 300, true, 5000)
])
