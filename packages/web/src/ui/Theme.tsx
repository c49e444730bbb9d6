/**
 * Theme: light, dark, or as the system has it; kept in this browser.
 */
import { useState } from "preact/hooks"

const themes = ["system", "light", "dark"] as const
type Theme = (typeof themes)[number]

const key = "callsheet.theme"

/** Storage may be forbidden; then the choice lasts as long as the page. */
const stored = (): Theme => {
  try {
    const kept = localStorage.getItem(key)
    return themes.find((theme) => theme === kept) ?? "system"
  } catch {
    return "system"
  }
}

const show = (theme: Theme): void => {
  if (theme === "system") delete document.documentElement.dataset["theme"]
  else document.documentElement.dataset["theme"] = theme
}

/** Puts on what was chosen before. */
export const restore = (): void => show(stored())

const choose = (theme: Theme): void => {
  show(theme)
  try {
    localStorage.setItem(key, theme)
  } catch {
    // It lasts as long as the page.
  }
}

const signs = { system: "◐", light: "☀", dark: "☾" } as const

export const ThemeButton = () => {
  const [theme, setTheme] = useState(stored)
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system"
  const turn = () => {
    choose(next)
    setTheme(next)
  }
  return (
    <button type="button" class="quiet" onClick={turn} title={`Colours: ${theme}`}>
      <span aria-hidden="true">{signs[theme]}</span>
      <span class="unseen">{`Colours: ${theme}. Change to ${next}.`}</span>
    </button>
  )
}
