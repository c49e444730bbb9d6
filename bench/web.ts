/**
 * `web`: how soon the web app is there, what it takes to be there, and whether it keeps up with a run of five thousand events.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"

import * as WebFiles from "@callsheet/cli/WebFiles"
import * as Agent from "@callsheet/core/Agent"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import * as NodeServer from "@callsheet/server/NodeServer"
import { Runs } from "@callsheet/server/Runs"
import * as MemoryConversationStore from "@callsheet/server/store/MemoryConversationStore"
import * as MemoryRunStore from "@callsheet/server/store/MemoryRunStore"
import * as LongRun from "@callsheet/testkit/scripted/LongRun"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Browser, chromium, type Page } from "playwright-core"

import { quantile } from "./arena/Match.ts"
import type { Row, Suite } from "./Report.ts"

const loads = 15
const runs = 3
const length = { calls: 250, words: 4_600 }
const tokensPerSecond = 1_000

const about = `The web app in Debian's headless Chromium without a graphics processor, on loopback, the server in this process. Load: ${loads} first
loads, each in a context of its own with nothing kept; ${runs} runs of ${length.calls} calls side by side and ${length.words} words at ${tokensPerSecond} a second, some 5,100 events in 5.5 s,
drawn as text, steps and waterfall at 1280 by 800. Frames are counted by the page itself. A script's pace, never intelligence.`

const agent = Agent.make({ name: "long", instructions: "Look.", toolkit: LongRun.toolkit })

const model = LanguageModelStream.layer({ provider: "scripted", model: "script" }).pipe(
  Layer.provide(
    ScriptedModel.layer({
      script: LongRun.script(length),
      timing: { firstToken: Duration.millis(50), tokensPerSecond }
    })
  )
)

const served = Effect.gen(function* () {
  const folder = yield* WebFiles.folder
  if (folder === undefined) return yield* Effect.fail("There is no web app yet: npm run build -w @callsheet/web.")
  const server = NodeServer.layer({ host: "127.0.0.1", port: 0 }).pipe(
    Layer.provide(WebFiles.layer(folder)),
    Layer.provide(Runs.layer(agent)),
    Layer.provide([MemoryRunStore.layer(), MemoryConversationStore.layer(), model, LongRun.handlers])
  )
  return Context.get(yield* Effect.orDie(Layer.build(server)), NodeServer.Address).url
})

const executablePath = (process.env["PATH"] ?? "")
  .split(":")
  .flatMap((folder) => ["chromium-headless-shell", "chromium"].map((name) => join(folder, name)))
  .find((path) => existsSync(path))

const launched = Effect.acquireRelease(
  executablePath === undefined
    ? Effect.fail("Chromium is not on PATH: apt-get install chromium-headless-shell.")
    : Effect.promise(() =>
        chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] })
      ),
  (browser) => Effect.promise(() => browser.close())
)

const onPage = <A>(browser: Browser, url: string, use: (page: Page) => Promise<A>) =>
  Effect.promise(async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    await page.goto(url)
    await page.locator("#question").waitFor()
    const value = await use(page)
    await context.close()
    return value
  })

/** When the page was first drawn, and what came over the network until then and a moment after, in bytes. */
const load = (browser: Browser, url: string) =>
  onPage(browser, url, async (page) => ({
    paintMillis: Number(await page.evaluate("performance.getEntriesByName('first-paint')[0]?.startTime ?? NaN")),
    contentMillis: Number(
      await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN")
    ),
    bytes: Number(
      await page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].filter(({ name }) => !name.includes('/v1/')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"
      )
    )
  }))

/** A whole run: frames a second, the time between two of them that 99 of 100 keep to, and what the page's thread took for each. */
const watch = (browser: Browser, url: string) =>
  onPage(browser, url, async (page) => {
    const devtools = await page.context().newCDPSession(page)
    await devtools.send("Performance.enable", { timeDomain: "threadTicks" })
    const seconds = async () => {
      const { metrics } = await devtools.send("Performance.getMetrics")
      return metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN
    }
    await page.evaluate(`(() => {
      globalThis.frames = []
      const count = (at) => { globalThis.frames.push(at); requestAnimationFrame(count) }
      requestAnimationFrame(count)
    })()`)
    await page.fill("#question", "long")
    const began = await seconds()
    const first = Number(await page.evaluate("globalThis.frames.length"))
    await page.keyboard.press("Enter")
    await page.locator("article.answer[aria-busy=false]").last().waitFor({ timeout: 60_000 })
    const all = await page.evaluate("globalThis.frames")
    const taken = (await seconds()) - began
    const frames = Array.isArray(all) ? all.slice(first).map(Number) : []
    const gaps = frames.slice(1).map((at, index) => at - (frames[index] ?? at))
    const wall = (frames.at(-1) ?? 0) - (frames[0] ?? 0)
    return {
      perSecond: (1000 * gaps.length) / wall,
      gapMillis: quantile(gaps, 0.99),
      threadMillis: (1000 * taken) / frames.length
    }
  })

const rows = Effect.gen(function* () {
  const browser = yield* launched
  const url = yield* served
  const loaded = yield* Effect.forEach(Array.from({ length: loads }), () => load(browser, url), { concurrency: 1 })
  const paints = loaded.map(({ paintMillis }) => paintMillis)
  const contents = loaded.map(({ contentMillis }) => contentMillis)
  const watched = yield* Effect.forEach(Array.from({ length: runs }), () => watch(browser, url), { concurrency: 1 })
  const rates = watched.map(({ perSecond }) => perSecond)
  return [
    {
      name: "first load, packed",
      value: Math.max(...loaded.map(({ bytes }) => bytes)) / 1000,
      unit: "kB",
      atMost: 150
    },
    {
      name: "first paint, median",
      value: quantile(paints, 0.5),
      unit: "ms",
      atMost: 300,
      note: `slowest ${Math.round(Math.max(...paints))} ms; first content ${Math.round(quantile(contents, 0.5))} ms`
    },
    {
      name: "frames a second under 5,000 events, median",
      value: quantile(rates, 0.5),
      unit: "1/s",
      atLeast: 50,
      note: `${rates.map((rate) => rate.toFixed(1)).join(", ")}; 99 of 100 gaps within ${watched.map(({ gapMillis }) => Math.round(gapMillis)).join(", ")} ms`
    },
    {
      name: "the page's thread for each frame, median",
      value: quantile(
        watched.map(({ threadMillis }) => threadMillis),
        0.5
      ),
      unit: "ms",
      atMost: 20
    }
  ] satisfies ReadonlyArray<Row>
}).pipe(Effect.scoped)

export const suite: Suite = { about, rows: Effect.catch(rows, (why) => Effect.die(new Error(why))) }
