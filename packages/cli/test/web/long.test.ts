/**
 * A run of five thousand events in a browser: that the page keeps up with it.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Browser } from "playwright-core"

import { executable, launch, onPage } from "../support/browser.ts"
import { ask } from "./asking.ts"
import { served } from "./longRun.ts"

const leastEvents = 5_000
const leastFrames = 50

/** Of a machine that does other things too, the best is looked at. */
const attempts = 4

describe.skipIf(executable === undefined)("a long run in a browser (needs chromium-headless-shell)", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  /** Frames a second from the question to the last event. */
  const frames = async (url: string): Promise<number> => {
    let rate = 0
    await onPage(browser, url, async (page) => {
      await page.locator("#question").waitFor()
      await page.evaluate(`(() => {
        globalThis.frames = 0
        const count = () => { globalThis.frames++; requestAnimationFrame(count) }
        requestAnimationFrame(count)
      })()`)
      const began = await page.evaluate("[performance.now(), globalThis.frames]")
      await ask(page, "long")
      await page.locator("article.answer[aria-busy=false]").last().waitFor({ timeout: 40_000 })
      const ended = await page.evaluate("[performance.now(), globalThis.frames]")
      if (!Array.isArray(began) || !Array.isArray(ended)) return
      rate = (1000 * (Number(ended[1]) - Number(began[1]))) / (Number(ended[0]) - Number(began[0]))
    })
    return rate
  }

  it.live(
    "draws more than fifty frames a second while five thousand events come in",
    () =>
      Effect.gen(function* () {
        const url = yield* served
        const rates: Array<number> = []
        while (rates.length < attempts && !rates.some((rate) => rate > leastFrames)) {
          rates.push(yield* Effect.promise(() => frames(url)))
        }
        const runs = yield* Effect.promise(async () => (await fetch(`${url}/v1/runs`)).text())
        const events = Array.from(runs.matchAll(/"lastSeq":(\d+)/g), ([, seq]) => Number(seq) + 1)
        assert.isAtLeast(Math.min(...events), leastEvents)
        assert.isAbove(Math.max(...rates), leastFrames, `of ${rates.map(Math.round).join(", ")}`)
      }).pipe(Effect.scoped),
    120_000
  )
})
