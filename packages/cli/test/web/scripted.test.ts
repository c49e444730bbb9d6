/**
 * What a scripted model makes of the page: that it keeps up with five thousand events, that a run goes on whoever looks at it, and that
 * what a model writes does no harm.
 */
import * as LongRun from "@callsheet/testkit/scripted/LongRun"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { Browser } from "playwright-core"

import { executable, launch, onPage } from "../support/browser.ts"
import { answer, ask, textOf, underWay, whole } from "./asking.ts"
import { served } from "./scripted.ts"

const leastEvents = 5_000

/** Of the page's thread, for a frame: what fifty a second leave. How many there are is measured by `npm run bench -- web`. */
const mostMillis = 1000 / 50

const Metrics = Schema.decodeUnknownSync(
  Schema.Struct({ metrics: Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.Finite })) })
)

const Runs = Schema.decodeUnknownSync(
  Schema.Struct({
    runs: Schema.Array(Schema.Struct({ state: Schema.String, answer: Schema.NullOr(Schema.String) }))
  })
)

describe.skipIf(executable === undefined)("a scripted run in a browser (needs chromium-headless-shell)", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  /** Processor time of the page's own thread from the question to the last event, for each frame, in milliseconds. */
  const frameMillis = async (url: string): Promise<number> => {
    let millis = Infinity
    await onPage(
      browser,
      url,
      async (page) => {
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
      },
      { reducedMotion: "no-preference" }
    )
    return millis
  }

  it.live("goes on after the page is loaded anew in the middle, is asked once, and is shown whole in two pages", () =>
    Effect.gen(function* () {
      const url = yield* served({ script: LongRun.script({ calls: 3, words: 900 }), tokensPerSecond: 150 })
      yield* Effect.promise(() =>
        onPage(browser, url, async (page) => {
          await ask(page, "long")
          const early = await underWay(page)
          await page.reload()
          await page.locator("article.answer[aria-busy=true]").waitFor()
          await onPage(browser, page.url(), async (other) => {
            await other.locator("article.answer[aria-busy=true]").waitFor()
            assert.strictEqual(await whole(other), await whole(page))
          })
          const late = await textOf(page)
          assert.isAbove(late.length, early.length)
          assert.strictEqual(await page.locator(".question").count(), 1)
          await page.reload()
          await answer(page).locator(".text p").first().waitFor()
          assert.strictEqual(await textOf(page), late)
        })
      )
      const runs = yield* Effect.promise(async () => (await fetch(`${url}/v1/runs`)).text())
      assert.strictEqual(runs.split('"runId"').length - 1, 1)
    }).pipe(Effect.scoped)
  )

  it.live("is stopped at once, and asked again when wanted", () =>
    Effect.gen(function* () {
      const url = yield* served({ script: LongRun.script({ calls: 3, words: 900 }), tokensPerSecond: 150 })
      yield* Effect.promise(() =>
        onPage(browser, url, async (page) => {
          await ask(page, "long")
          await underWay(page)
          await page.click("text=Stop")
          await page.locator(".notice.bad", { hasText: "stopped" }).waitFor()
          const [run] = Runs(await (await fetch(`${url}/v1/runs`)).json()).runs
          assert.deepInclude(run, { state: "failed", answer: null })
          await page.click("text=Ask again")
          await underWay(page)
        })
      )
    }).pipe(Effect.scoped)
  )

  it.live("shows what a model wrote, runs nothing of it, and loads nothing that it names", () =>
    Effect.gen(function* () {
      const hostile = [
        "<img src=x onerror='globalThis.harm = 1'> <script>globalThis.harm = 2</script>",
        "[harm](javascript:globalThis.harm=3) [good](https://example.org/page)",
        "![picture](http://127.0.0.1:9/picture.png) <iframe src='http://127.0.0.1:9/'></iframe>",
        "<style>* { display: none }</style> <base href='http://127.0.0.1:9/'>",
        `${">".repeat(3_000)} deep`
      ].join("\n\n")
      const url = yield* served({ script: () => ({ text: hostile, calls: [] }), tokensPerSecond: 100_000 })
      yield* Effect.promise(() =>
        onPage(browser, url, async (page) => {
          await ask(page, "harm")
          const text = await whole(page)
          assert.include(text, "<script>globalThis.harm = 2</script>")
          assert.include(text, "deep")
          const links = await answer(page)
            .locator(".text a")
            .evaluateAll((all) => all.map((link) => link.getAttribute("href")))
          assert.deepStrictEqual(links, ["https://example.org/page", "http://127.0.0.1:9/picture.png"])
          assert.strictEqual(await answer(page).locator(".text :is(img, script, iframe, style, base)").count(), 0)
          assert.isUndefined(await page.evaluate("globalThis.harm"))
        })
      )
    }).pipe(Effect.scoped)
  )

  it.live("asks for the token where one is needed, and keeps it nowhere", () =>
    Effect.gen(function* () {
      const token = "a-token-of-this-test-alone"
      const url = yield* served({ script: LongRun.script({ calls: 1, words: 5 }), tokensPerSecond: 10_000, token })
      yield* Effect.promise(() =>
        onPage(browser, url, async (page) => {
          await page.fill("#token", "another-token-altogether")
          await page.keyboard.press("Enter")
          await page.locator(".notice.bad").waitFor()
          await page.fill("#token", token)
          await page.keyboard.press("Enter")
          await ask(page, "long")
          assert.include(await whole(page), "abc")
          const kept = await page.evaluate(
            "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])"
          )
          assert.notInclude(`${String(kept)}${page.url()}`, token)
        })
      )
    }).pipe(Effect.scoped)
  )

  it.live("costs the page less than a fiftieth of a second for each frame while five thousand events come in", () =>
    Effect.gen(function* () {
      const url = yield* served({ script: LongRun.script({ calls: 250, words: 4_600 }), tokensPerSecond: 2_000 })
      const millis = yield* Effect.promise(() => frameMillis(url))
      const runs = yield* Effect.promise(async () => (await fetch(`${url}/v1/runs`)).text())
      assert.isAtLeast(Number(/"lastSeq":(\d+)/.exec(runs)?.[1]), leastEvents)
      assert.isBelow(millis, mostMillis)
    }).pipe(Effect.scoped)
  )
})
