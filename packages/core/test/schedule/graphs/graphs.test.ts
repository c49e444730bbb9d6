import * as PlanTool from "@callsheet/core/schedule/PlanTool"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { Graph, show, write, type Written } from "./graph.ts"
import { type Call, type Course, meet, simulate } from "./simulator.ts"
import { type Entry, type Ran, run } from "./world.ts"

type Courses = ReadonlyArray<Course>

const differing = (
  what: string,
  expected: ReadonlyArray<string>,
  actual: ReadonlyArray<string>
): ReadonlyArray<string> =>
  expected.flatMap((line, index) => (line === actual[index] ? [] : [`${what}: expected ${line}, was ${actual[index]}`]))

/** When each call began and ended, and whence its outcome came. */
const timeFaults = ({ calls }: Written, courses: Courses, { millis, settled }: Ran): ReadonlyArray<string> => [
  ...differing("length", [`${Math.max(...courses.map(({ endMillis }) => endMillis))} ms`], [`${millis} ms`]),
  ...differing(
    "call",
    courses.map(
      ({ endMillis, ok, source, startMillis }, index) =>
        `${index} ${startMillis}-${endMillis} ms ${source === "shared" ? source : "upstream"} ${ok}`
    ),
    calls.map(({ id }, index) => {
      const event = settled.get(id)
      if (event === undefined) return `${index} never`
      return `${index} ${event.startMillis}-${event.startMillis + event.millis} ms ${event.source} ${event.ok}`
    })
  )
]

/** Which handlers ran, and when. */
const diaryFaults = ({ calls }: Written, courses: Courses, { diary }: Ran): ReadonlyArray<string> => {
  const ran = courses.flatMap(({ endMillis, source, startMillis }, index) =>
    source === "upstream" ? [`${calls[index]?.id} ${startMillis}-${endMillis} ms`] : []
  )
  const seen = diary.map(({ callId, endMillis, startMillis }) => `${callId} ${startMillis}-${endMillis} ms`)
  return [
    ...differing("handlers", [`${ran.length} in all`], [`${seen.length} in all`]),
    ...differing("handler", ran.sort(), seen.sort())
  ]
}

/** What ran beside what it must not, told from the diary alone. */
const besideFaults = ({ calls, limits }: Written, { diary }: Ran): ReadonlyArray<string> => {
  const byId = new Map(calls.map((call) => [call.id, call]))
  const callsOf = (ids: ReadonlyArray<string>) => ids.flatMap((id) => byId.get(id) ?? [])
  const faultsOf = ({ beside, callId }: Entry): ReadonlyArray<string> => {
    const others = callsOf(beside)
    const faults: Array<string> = []
    for (const call of callsOf([callId])) {
      const fault = (problem: string) => faults.push(`${callId} ${problem}`)
      const alike = (isAlike: (other: Call) => boolean) => others.filter(isAlike).length + 1
      for (const other of others) {
        if (!(call.isReadOnly && other.isReadOnly) && meet([call, call.tags], [other, other.tags])) {
          fault(`ran beside ${other.id}, which touches the same`)
        }
        if (call.isReadOnly && other.key === call.key) fault(`ran beside its equal ${other.id}`)
      }
      if (others.length + 1 > limits.run) fault("was too much for its run")
      if (alike(({ tool }) => tool === call.tool) > limits.tool(call.tool)) fault("was too much for its tool")
      const { upstream } = call
      if (upstream !== undefined && alike((other) => other.upstream === upstream) > limits.upstream(upstream)) {
        fault("was too much for its upstream")
      }
    }
    return faults
  }
  return diary.flatMap(faultsOf)
}

/** What the model reads: one result a call, in call order, and one for the plan with its leaves and failures. */
const resultFaults = ({ calls, plain }: Written, courses: Courses, { results }: Ran): ReadonlyArray<string> => {
  const isOk = (index: number) => courses[index]?.ok === true
  const problemOf = (index: number) => {
    const because = courses[index]?.because
    return because === undefined ? "It broke." : `not run: step "${calls[because]?.stepId}" failed`
  }
  const expected: Array<unknown> = calls.slice(0, plain).map((call, index) => ({
    callId: call.id,
    name: call.tool,
    result: isOk(index) ? { value: call.value } : { error: problemOf(index) }
  }))
  const steps = calls.slice(plain)
  if (steps.length > 0) {
    const used = new Set(steps.flatMap(({ needs }) => needs))
    const failed = steps.flatMap(({ stepId }, step) => (isOk(plain + step) ? [] : [[stepId, problemOf(plain + step)]]))
    const done = steps.filter((_, step) => isOk(plain + step) && !used.has(plain + step))
    const result = {
      results: Object.fromEntries(done.map(({ stepId, value }) => [stepId, { value }])),
      failures: Object.fromEntries(failed)
    }
    expected.push({ callId: `call_0_${plain}`, name: PlanTool.name, result })
  }
  const lines = (all: ReadonlyArray<unknown>) => [`${all.length} of them`, ...all.map((one) => JSON.stringify(one))]
  return differing(
    "result",
    lines(expected),
    lines(results.map(({ callId, name, result }) => ({ callId, name, result })))
  )
}

/** How many graphs had it, to see that the graphs hold what the property is about. */
const seen = { plans: 0, waitsForPlace: 0, waitsForCall: 0, shared: 0, failed: 0, notRun: 0, manyCalls: 0 }
const look = ({ calls, limits, plain }: Written, courses: Courses) => {
  const unlimited = simulate(calls, { run: Infinity, tool: () => Infinity, upstream: () => Infinity })
  const has = (is: (course: Course, index: number) => boolean) => Number(courses.some(is))
  seen.plans += Number(plain < calls.length)
  seen.waitsForPlace += has(({ startMillis }, index) => startMillis !== unlimited[index]?.startMillis)
  seen.waitsForCall += Number(
    unlimited.some(({ startMillis }, index) => startMillis > 0 && calls[index]?.needs.length === 0)
  )
  seen.shared += has(({ source }) => source === "shared")
  seen.failed += has(({ ok, source }) => !ok && source === "upstream")
  seen.notRun += has(({ source }) => source === "none")
  seen.manyCalls += Number(calls.length > 25 && limits.run !== 1)
}

const runs = 320

describe("any graph of up to 50 calls", () => {
  it.effect.prop(
    "takes as long as a simulator reckons, each call begins when it says, in call order, once for equals, with no conflict",
    [Graph],
    Effect.fnUntraced(function* ([graph]) {
      const written = write(graph)
      const courses = simulate(written.calls, written.limits)
      look(written, courses)
      const ran = yield* run(written)
      const faults = [
        ...timeFaults(written, courses, ran),
        ...diaryFaults(written, courses, ran),
        ...besideFaults(written, ran),
        ...resultFaults(written, courses, ran),
        ...(ran.left === 0 ? [] : [`${ran.left} places or waiting calls are left`])
      ]
      assert.isEmpty(faults, `\n${[show(written), ...faults].join("\n")}\n`)
    }),
    { arbitrary: { runs, size: 400 } }
  )

  it("was met: a tenth of the graphs or more had what the property is about", () => {
    for (const [what, count] of Object.entries(seen)) assert.isAtLeast(count, runs / 10, what)
  })
})
