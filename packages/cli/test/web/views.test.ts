/**
 * The three views in a browser, light and dark, on a phone and on a wide screen, over real runs: that nothing is wider than the page, that
 * axe finds no serious fault, and how they look (`CALLSHEET_SCREENSHOTS=FOLDER` keeps the pictures; the README has them).
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"

import * as Questions from "@callsheet/testkit/Questions"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { Browser, Page } from "playwright-core"

import { executable, launch, onPage } from "../support/browser.ts"
import * as Served from "../support/served.ts"
import { ask, asked, fits, long, write } from "./asking.ts"

const axePath = new URL(import.meta.resolve("axe-core/axe.min.js")).pathname

const Found = Schema.decodeUnknownSync(
  Schema.Struct({
    violations: Schema.Array(
      Schema.Struct({
        id: Schema.String,
        impact: Schema.NullOr(Schema.String),
        nodes: Schema.Array(Schema.Struct({ html: Schema.String, failureSummary: Schema.optional(Schema.String) }))
      })
    )
  })
)

/** What axe calls serious or critical, by all of its rules or by one. */
const faults = async (page: Page, rule?: string): Promise<ReadonlyArray<string>> => {
  const options = { resultTypes: ["violations"], ...(rule === undefined ? {} : { runOnly: [rule] }) }
  const { violations } = Found(await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`))
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ failureSummary, html }) => `${id}: ${html} ${failureSummary ?? ""}`))
}

const kept = process.env["CALLSHEET_SCREENSHOTS"]

/** The picture is taken either way, so that it can be. */
const picture = async (page: Page, name: string): Promise<void> => {
  if (kept !== undefined) mkdirSync(kept, { recursive: true })
  const bytes = await page.screenshot(kept === undefined ? {} : { path: join(kept, `${name}.png`) })
  assert.isAbove(bytes.length, 10_000)
}

/** Pictures that are kept show some minutes of a household's questions; else two are enough. */
const busyMillis = kept === undefined ? 0 : 240_000

const household = async (url: string): Promise<void> => {
  const questions = [...Questions.simple, ...Questions.complex, long, "Which of my unwatched movies is the shortest?"]
  const began = performance.now()
  for (let index = 0; performance.now() - began < busyMillis; index++) {
    await fetch(`${url}/v1/ask`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ question: questions[index % questions.length] })
    })
    await new Promise((after) => setTimeout(after, 700))
  }
}

const sizes = [
  { width: 360, height: 740 },
  { width: 820, height: 1100 },
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 }
]

describe.skipIf(executable === undefined)("the views in a browser (need chromium-headless-shell)", () => {
  let browser: Browser
  let server: Served.Served
  let conversation = ""

  /** Each view by what of it must be there, at the address it has. */
  const views = (url: string) => [
    { name: "ask", address: `${url}/${conversation}`, ready: ".side .tables" },
    { name: "schedule", address: `${url}/#/schedule`, ready: ".run-list td a" },
    { name: "dashboards", address: `${url}/#/dashboards/600000`, ready: ".uplot canvas" }
  ]

  beforeAll(async () => {
    ;[browser, server] = await Promise.all([launch(), Served.start()])
    await household(server.url)
    await onPage(browser, server.url, async (page) => {
      await asked(page, "Find me horror movies from 2020-2023 with rating above 7.0")
      await asked(page, long)
      conversation = new URL(page.url()).hash
    })
  }, busyMillis + 60_000)
  afterAll(async () => {
    await browser?.close()
    await Served.stop(server)
  })

  const fitsAll = async (page: Page) => {
    for (const size of sizes) {
      await page.setViewportSize(size)
      await fits(page)
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  }

  /** Each view in turn, as it is worth a picture; `look` at it then. */
  const each = async (page: Page, look: (name: string) => Promise<void>): Promise<void> => {
    for (const { address, name, ready } of views(server.url)) {
      await page.goto("about:blank")
      await page.goto(address)
      await page.locator(ready).first().waitFor()
      if (name === "schedule") {
        await look("runs")
        await page.locator(".run-list td a", { hasText: long }).first().click()
        await page.locator(".tables").waitFor()
      }
      await look(name)
    }
  }

  // Axe reads the page from within, which the page's own policy would forbid.
  const read = { bypassCSP: true, viewport: { width: 1440, height: 900 } }

  it("fit every screen, can be read in the light and in the dark, and have no serious fault", () =>
    onPage(
      browser,
      server.url,
      async (page) => {
        await page.context().addInitScript({ path: axePath })
        await each(page, async (name) => {
          await fitsAll(page)
          await page.emulateMedia({ colorScheme: "light" })
          assert.deepStrictEqual(await faults(page), [], name)
          await picture(page, `${name}-light`)
          await page.emulateMedia({ colorScheme: "dark" })
          // What is only another colour has only other colours.
          assert.deepStrictEqual(await faults(page, "color-contrast"), [], name)
          await picture(page, `${name}-dark`)
        })
      },
      read
    ))

  it("have no serious fault while a word is waited for, nor where two runs are compared", () =>
    onPage(
      browser,
      server.url,
      async (page) => {
        await page.context().addInitScript({ path: axePath })
        await page.reload()
        await asked(page, "Search for Inception")
        await ask(page, write)
        await page.locator(".approval.card").waitFor()
        assert.deepStrictEqual(await faults(page), [])
        await page.click("text=Refuse")
        await page.goto(`${server.url}/#/schedule`)
        const runs = page.locator(".run-list td a")
        await runs.first().waitFor()
        const [one = "", other = ""] = await runs.evaluateAll((links) =>
          links.map((link) => link.getAttribute("href") ?? "")
        )
        await page.goto(`${server.url}/${one}/${other.split("/").at(-1)}`)
        await page.locator(".schedule > .scrolled table").waitFor()
        await fits(page)
        assert.deepStrictEqual(await faults(page), [])
      },
      read
    ))

  it("are at once what was chosen to be light or dark, also when loaded anew", () =>
    onPage(browser, server.url, async (page) => {
      const background = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
      const light = await background()
      const theme = page.locator(".bar > button")
      await theme.click()
      await theme.click()
      const dark = await background()
      assert.notStrictEqual(dark, light)
      await page.reload()
      await theme.waitFor()
      assert.strictEqual(await background(), dark)
    }))

  it("take 150 kB of the network at most before the first question", () =>
    onPage(browser, server.url, async (page) => {
      await page.locator("#question").waitFor()
      const bytes = await page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].filter(({ name }) => !name.includes('/v1/')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"
      )
      assert.isAbove(Number(bytes), 20_000)
      assert.isAtMost(Number(bytes), 150_000)
    }))
})
