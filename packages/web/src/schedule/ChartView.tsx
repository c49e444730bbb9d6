/**
 * ChartView: a chart, drawn: an axis, the critical path, a row for each call of which only those in sight are in the page, and below
 * what is known of the row that is pointed at.
 */
import "./schedule.css"
import { useLayoutEffect, useRef, useState } from "preact/hooks"

import * as Units from "../ui/Units.ts"
import * as Axis from "./Axis.ts"
import type { Chart, Row } from "./Chart.ts"
import { Details } from "./Details.tsx"
import { Legend } from "./Legend.tsx"
import { Bar, RowView } from "./RowView.tsx"

/** As the style sheet has it. */
const rowPixels = 28

/** Rows beyond those in sight that are there for a quick hand. */
const beyond = 4

/** The axis and the critical path, which stay in sight above the rows, as the style sheet has them. */
const headPixels = 53

/** What the widest mark of an axis takes, and what stands beside the bars. */
const markPixels = 80
const besidePixels = { compact: 220, whole: 304 } as const

/** What of a box that scrolls is in sight. */
const useSight = () => {
  const box = useRef<HTMLDivElement>(null)
  const [sight, setSight] = useState({ top: 0, height: 400, width: 800 })
  useLayoutEffect(() => {
    const { current } = box
    if (current === null) return
    const look = () =>
      setSight((before) => {
        const { clientHeight, clientWidth: width, scrollTop: top } = current
        const height = Math.max(0, clientHeight - headPixels)
        return before.top === top && before.height === height && before.width === width
          ? before
          : { top, height, width }
      })
    const observer = new ResizeObserver(look)
    observer.observe(current)
    current.addEventListener("scroll", look, { passive: true })
    return () => {
      observer.disconnect()
      current.removeEventListener("scroll", look)
    }
  }, [])
  return { box, sight }
}

export const ChartView = ({
  chart,
  endMillis,
  isCompact = false,
  label
}: {
  readonly chart: Chart
  /** Where the axis ends. */
  readonly endMillis: number
  readonly isCompact?: boolean
  readonly label: string
}) => {
  const { box, sight } = useSight()
  const [active, setActive] = useState(0)
  const [pointed, setPointed] = useState<string>()
  const { path, rows, wallMillis } = chart
  const place = Math.min(active, Math.max(0, rows.length - 1))
  const first = Math.max(0, Math.floor(sight.top / rowPixels) - beyond)
  const last = Math.min(rows.length, Math.ceil((sight.top + sight.height) / rowPixels) + beyond)
  const beside = besidePixels[isCompact ? "compact" : "whole"]
  const marks = Math.max(2, Math.min(8, Math.floor((sight.width - beside) / markPixels)))
  const shown = rows.slice(first, last)
  const chosen: Row | undefined = rows.find(({ id }) => id === pointed)

  const move = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to))
    const { current } = box
    setActive(next)
    setPointed(rows[next]?.id)
    if (current === null) return
    const top = next * rowPixels
    if (top < current.scrollTop) current.scrollTop = top
    else if (top + rowPixels > current.scrollTop + sight.height) {
      current.scrollTop = top + rowPixels - sight.height
    }
    // It may not have been in the page before.
    requestAnimationFrame(() => current.querySelector<HTMLElement>(`[data-place="${next}"]`)?.focus())
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(sight.height / rowPixels) - 1)
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: place + 1,
      ArrowUp: place - 1,
      PageDown: place + page,
      PageUp: place - page,
      Home: 0,
      End: rows.length - 1
    }
    const to = moves[event.key]
    if (to === undefined) return
    event.preventDefault()
    move(to)
  }

  return (
    <figure class={`chart ${isCompact ? "compact" : ""}`} aria-label={label}>
      <div class="rows" ref={box} onKeyDown={onKeyDown} onPointerLeave={() => setPointed(undefined)}>
        <div class="head">
          <div class="axis" aria-hidden="true">
            {Axis.marks(endMillis, marks).map((mark) => (
              <span key={mark} style={{ left: `${(100 * mark) / endMillis}%` }}>
                {Units.duration(mark)}
              </span>
            ))}
          </div>
          <div class="path row">
            <span class="label">critical path</span>
            <span
              class="bars"
              role="img"
              aria-label={path.length === 0 ? "Told once the run is over" : `${Units.duration(wallMillis)} in all`}
            >
              {path.map((piece) => (
                <Bar key={piece.startMillis} endMillis={endMillis} piece={piece} />
              ))}
            </span>
            <span class="time">{Units.duration(wallMillis)}</span>
          </div>
        </div>
        <ul style={{ height: `${rows.length * rowPixels}px` }} aria-label={`Calls: ${rows.length}`}>
          {shown.map((row, index) => {
            const at = first + index
            return (
              <li
                key={row.id}
                style={{ transform: `translateY(${at * rowPixels}px)` }}
                aria-setsize={rows.length}
                aria-posinset={at + 1}
              >
                <button
                  type="button"
                  class="row"
                  data-place={at}
                  tabIndex={at === place ? 0 : -1}
                  onFocus={() => {
                    setActive(at)
                    setPointed(row.id)
                  }}
                  onPointerEnter={() => setPointed(row.id)}
                >
                  <RowView endMillis={endMillis} row={row} />
                </button>
              </li>
            )
          })}
        </ul>
      </div>
      <figcaption>{chosen === undefined ? <Legend chart={chart} /> : <Details row={chosen} />}</figcaption>
    </figure>
  )
}
