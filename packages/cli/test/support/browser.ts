/**
 * Debian's headless Chromium, for tests of the web app: what a page does that it should not is an error.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"

import { assert } from "@effect/vitest"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"

const names = ["chromium-headless-shell", "chromium", "chromium-browser"]

/** Where it is on PATH; undefined where it is not. */
export const executable: string | undefined = (process.env["PATH"] ?? "")
  .split(":")
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((path) => existsSync(path))

/** It asks nobody of itself. */
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // All pages of a test in one process, and nothing kept ready that no test wants.
  "--renderer-process-limit=1",
  "--in-process-gpu",
  "--disable-software-rasterizer",
  "--disable-features=Translate,BackForwardCache"
]

export const launch = (): Promise<Browser> => {
  assert.isDefined(executable)
  return chromium.launch({ args, ...(executable === undefined ? {} : { executablePath: executable }) })
}

/**
 * Does `use` with a new page at `url`, in a context of its own. Fails where the page asked another server, broke a rule of its content
 * security policy, or threw.
 */
export const onPage = async (
  browser: Browser,
  url: string,
  use: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {}
): Promise<void> => {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    // What moves all the time takes a processor, where there is nothing but processors to draw it.
    reducedMotion: "reduce",
    ...options
  })
  context.setDefaultTimeout(20_000)
  const wrong: Array<string> = []
  try {
    const page = await context.newPage()
    page.on("request", (request) => {
      const asked = request.url()
      if (!asked.startsWith(`${new URL(url).origin}/`) && !/^(?:data|blob):/.test(asked)) wrong.push(`asked ${asked}`)
    })
    page.on("pageerror", (error) => wrong.push(`threw ${error.message}`))
    page.on("console", (message) => {
      // What the server refuses, or its absence, the browser notes as an error, too.
      if (message.type() === "error" && !/Failed to load resource|ERR_/.test(message.text())) wrong.push(message.text())
    })
    await page.goto(url)
    await use(page)
    assert.deepStrictEqual(wrong, [])
  } finally {
    await context.close()
  }
}
