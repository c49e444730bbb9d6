/**
 * useFollowedEnd: a box that scrolls, whose end stays in sight while it grows, as long as the reader is there; who has scrolled up to
 * read is left alone.
 */
import type { RefObject } from "preact"
import { useLayoutEffect } from "preact/hooks"

/** As near to the end as counts as being there, in pixels. */
const near = 80

export const useFollowedEnd = (box: RefObject<HTMLElement | null>, key: string): void => {
  useLayoutEffect(() => {
    const { current } = box
    const content = current?.firstElementChild
    if (current === null || content == null) return
    let isAtEnd = true
    const toEnd = () => current.scrollTo({ top: current.scrollHeight, behavior: "instant" })
    const look = () => {
      isAtEnd = current.scrollHeight - current.scrollTop - current.clientHeight < near
    }
    const observer = new ResizeObserver(() => {
      if (isAtEnd) toEnd()
    })
    toEnd()
    current.addEventListener("scroll", look, { passive: true })
    observer.observe(content)
    observer.observe(current)
    return () => {
      observer.disconnect()
      current.removeEventListener("scroll", look)
    }
  }, [key])
}
