/**
 * Colours: the page's colours as a canvas takes them, which knows no variables; and when they become others.
 */
import { useEffect, useState } from "preact/hooks"

/** The colour of each variable now. */
export const resolve = (names: ReadonlyArray<string>): ReadonlyMap<string, string> => {
  const probe = document.createElement("span")
  document.body.append(probe)
  const found = new Map(
    names.map((name) => {
      probe.style.color = `var(${name})`
      return [name, getComputedStyle(probe).color] as const
    })
  )
  probe.remove()
  return found
}

/** Changes with the theme, be it chosen here or by the system. */
export const useTheme = (): number => {
  const [theme, setTheme] = useState(0)
  useEffect(() => {
    const turn = () => setTheme((count) => count + 1)
    const observer = new MutationObserver(turn)
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] })
    const system = matchMedia("(prefers-color-scheme: dark)")
    system.addEventListener("change", turn)
    return () => {
      observer.disconnect()
      system.removeEventListener("change", turn)
    }
  }, [])
  return theme
}

/** For lines that have no colour of their own, with strokes that tell them apart without it. */
export const lines = [
  { colour: "--decoding", dash: [] },
  { colour: "--tools", dash: [6, 3] },
  { colour: "--foreseen", dash: [2, 3] },
  { colour: "--approval", dash: [8, 3, 2, 3] },
  { colour: "--model-wait", dash: [12, 4] }
] as const satisfies ReadonlyArray<{ readonly colour: string; readonly dash: ReadonlyArray<number> }>
