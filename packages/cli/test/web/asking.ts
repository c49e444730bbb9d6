/**
 * What a person does on the page, and what is to be seen then.
 */
import { assert } from "@effect/vitest"
import type { Page } from "playwright-core"

/** A model words the answer, which takes two seconds. */
export const long = "Show me recent movies, and say why each is worth it"
export const write = "Add The Matrix (1999) to my Radarr"

export const ask = async (page: Page, question: string): Promise<void> => {
  await page.fill("#question", question)
  await page.keyboard.press("Enter")
  await page.locator(".question", { hasText: question }).last().waitFor()
}

/** The latest answer. */
export const answer = (page: Page) => page.locator("article.answer").last()

/** The text of the latest answer. */
export const textOf = (page: Page): Promise<string> => answer(page).locator(".text").innerText()

/** Waits until some of the answer is there while it is still being given. */
export const underWay = async (page: Page): Promise<string> => {
  await page.locator("article.answer[aria-busy=true] .text p").last().waitFor()
  return textOf(page)
}

/** Waits until the latest answer is whole. */
export const whole = async (page: Page): Promise<string> => {
  await page.locator("li.turn:last-child article.answer[aria-busy=false] footer a").waitFor()
  return textOf(page)
}

/** Asks, and waits for the whole answer. */
export const asked = async (page: Page, question: string): Promise<string> => {
  await ask(page, question)
  return whole(page)
}

/** Nothing is wider than the page. */
export const fits = async (page: Page): Promise<void> => {
  assert.strictEqual(await page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)"), 0)
}
