/**
 * A run of five thousand events in a browser: that the page keeps up with it.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { Browser } from "playwright-core"

import { executable, launch, onPage } from "../support/browser.ts"
import { ask } from "./asking.ts"
import { served } from "./longRun.ts"

const leastEvents = 5_000

/** Of the page's thread, for a frame: what fifty a second leave. How many there are is measured by `npm run bench -- web`. */
const mostMillis = 1000 / 50

const Metrics = Schema.decodeUnknownSync(
  Schema.Struct({ metrics: Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.Finite })) })
)

describe.skipIf(executable === undefined)("a long run in a browser (needs chromium-headless-shell)", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  /** Processor time of the page's own thread from the question to the last event, for each frame, in milliseconds. */
  const frameMillis = async (url: string): Promise<number> => {
    let millis = Infinity
    await onPage(browser, url, async (page) => {
      await page.locator("#question").waitFor()
      const devtools = await page.context().newCDPSession(page)
      await devtools.send("Performance.enable", { timeDomain: "threadTicks" })
      const seconds = async () => {
        const { metrics } = Metrics(await devtools.send("Performance.getMetrics"))
        return metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN
      }
      await page.evaluate(`(() => {
        globalThis.frames = 0
        const count = () => { globalThis.frames++; requestAnimationFrame(count) }
        requestAnimationFrame(count)
      })()`)
      const frames = async () => Number(await page.evaluate("globalThis.frames"))
      const [beganSeconds, beganFrames] = [await seconds(), await frames()]
      await ask(page, "long")
      await page.locator("article.answer[aria-busy=false]").last().waitFor({ timeout: 50_000 })
      millis = (1000 * ((await seconds()) - beganSeconds)) / ((await frames()) - beganFrames)
      assert.match(await page.locator(".steps").innerText(), /200 earlier steps/)
    })
    return millis
  }

  it.live("costs the page less than a fiftieth of a second for each frame while five thousand events come in", () =>
    Effect.gen(function* () {
      const url = yield* served
      const millis = yield* Effect.promise(() => frameMillis(url))
      const runs = yield* Effect.promise(async () => (await fetch(`${url}/v1/runs`)).text())
      assert.isAtLeast(Number(/"lastSeq":(\d+)/.exec(runs)?.[1]), leastEvents)
      assert.isBelow(millis, mostMillis)
    }).pipe(Effect.scoped)
  )
})
