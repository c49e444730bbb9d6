/**
 * The conversation in a browser, against `callsheet serve` with its demo services and the stand-in model.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { Browser } from "playwright-core"

import { executable, launch, onPage } from "../support/browser.ts"
import * as Served from "../support/served.ts"
import { answer, ask, asked, long, underWay, whole, write } from "./asking.ts"

const Runs = Schema.decodeUnknownSync(
  Schema.Struct({
    runs: Schema.Array(
      Schema.Struct({ question: Schema.String, state: Schema.String, answer: Schema.NullOr(Schema.String) })
    )
  })
)

const runsOf = async (url: string, question: string) => {
  const response = await fetch(`${url}/v1/runs`)
  return Runs(await response.json()).runs.filter((run) => run.question === question)
}

describe.skipIf(executable === undefined)("asking in a browser (needs chromium-headless-shell)", () => {
  let browser: Browser
  let server: Served.Served
  beforeAll(async () => {
    ;[browser, server] = await Promise.all([launch(), Served.start()])
  })
  afterAll(async () => {
    await browser?.close()
    await Served.stop(server)
  })

  it("shows text before the run is over, and all of it then, with posters of what it lists", () =>
    onPage(browser, server.url, async (page) => {
      await ask(page, long)
      const early = await underWay(page)
      const late = await whole(page)
      assert.isAbove(early.length, 0)
      assert.isAbove(late.length, early.length)
      const [run] = await runsOf(server.url, long)
      for (const line of run?.answer?.split("\n").slice(0, 3) ?? []) assert.include(late, line.replace(/^- /, ""))
      const posters = await answer(page).locator(".posters li").allInnerTexts()
      assert.include(posters[0], "Flow")
      assert.match(posters[0] ?? "", /2024/)
    }))

  it("takes a follow-up question in the same conversation, and lists the conversation", () =>
    onPage(browser, server.url, async (page) => {
      await asked(page, "Search for Interstellar")
      const address = page.url()
      await asked(page, "What's on deck in Plex?")
      assert.strictEqual(page.url(), address)
      await page.locator(".history a[aria-current=page]", { hasText: "2 questions" }).waitFor()
      await page.click(".history .new")
      await page.locator(".welcome").waitFor()
      await page.locator(".history a", { hasText: "Search for Interstellar" }).click()
      assert.strictEqual(await page.locator("li.turn").count(), 2)
    }))

  it("does not write what is refused, and writes what is approved", () =>
    onPage(browser, server.url, async (page) => {
      await ask(page, write)
      await page.click("text=Refuse")
      await whole(page)
      assert.strictEqual(await page.locator(".step.failed").count(), 1)
      await asked(page, "Is The Matrix in Radarr?")
      await ask(page, write)
      const card = page.locator(".approval.card")
      await card.waitFor()
      assert.match(await card.innerText(), /add movie[^]*603/)
      await card.locator("text=Approve").click()
      const text = await whole(page)
      assert.match(text, /The Matrix/)
      assert.strictEqual(await answer(page).locator(".step.failed").count(), 0)
      assert.strictEqual(await page.locator(".approval.card").count(), 0)
    }))

  it("says of a run that the server does not know that it is so, and asks once", () =>
    onPage(browser, server.url, async (page) => {
      let asked = 0
      page.on("request", (request) => {
        if (request.url().includes("/v1/runs/run_unknown")) asked++
      })
      await page.goto(`${server.url}/#/schedule/run_unknown`)
      await page.locator(".notice.bad", { hasText: "knows no more of this run" }).waitFor()
      await page.locator("text=Compare with another run").click()
      await page.locator(".run-list td").first().waitFor()
      assert.strictEqual(asked, 1)
    }))

  it("says that a question is too long before it is sent, and keeps it", () =>
    onPage(browser, server.url, async (page) => {
      await page.fill("#question", "x".repeat(20_000))
      await page.locator("#too-long").waitFor()
      assert.isTrue(await page.locator(".composer button").isDisabled())
      assert.strictEqual((await page.inputValue("#question")).length, 20_000)
    }))

  it("is all done by keyboard", () =>
    onPage(browser, server.url, async (page) => {
      await page.locator("#question:focus").waitFor()
      await page.keyboard.type("Search for Inception")
      await page.keyboard.press("Enter")
      await whole(page)
      const isOnRow = async () => (await page.evaluate(`document.activeElement?.matches(".chart button.row")`)) === true
      for (let tabs = 0; tabs < 40 && !(await isOnRow()); tabs++) await page.keyboard.press("Tab")
      assert.isTrue(await isOnRow())
      await page.locator(".chart .details").waitFor()
      assert.match(await page.locator(".chart .details").innerText(), /search titles/)
    }))

  it("recovers where the server was killed and began anew under the open page", async () => {
    const first = await Served.start()
    const { port } = new URL(first.url)
    let second: Served.Served | undefined
    try {
      await onPage(browser, first.url, async (page) => {
        await ask(page, long)
        await underWay(page)
        first.child.kill("SIGKILL")
        await page.locator(".notice", { hasText: "The server does not answer" }).waitFor()
        second = await Served.start({}, "--port", port)
        await page.locator(".notice.bad", { hasText: "begun anew" }).waitFor()
        await page.click("text=Ask again")
        assert.include(await whole(page), "Flow (2024)")
      })
    } finally {
      if (second !== undefined) await Served.stop(second)
    }
  })
})
