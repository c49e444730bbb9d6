/**
 * Units: numbers as a person reads them, always with their unit. Pure.
 */

const digits = (value: number, most: number) =>
  value.toLocaleString("en", { maximumFractionDigits: most, minimumFractionDigits: 0 })

/** A duration: `0.4 ms`, `87 ms`, `1.24 s`, `12.3 s`, `3 min 5 s`, `2 h 10 min`, `3 d`. */
export const duration = (millis: number): string => {
  const size = Math.abs(millis)
  if (size < 0.0005) return "0 ms"
  if (size < 10) return `${digits(millis, 1)} ms`
  if (size < 999.5) return `${digits(millis, 0)} ms`
  if (size < 9_995) return `${digits(millis / 1000, 2)} s`
  if (size < 59_950) return `${digits(millis / 1000, 1)} s`
  const seconds = Math.round(size / 1000)
  const sign = millis < 0 ? "-" : ""
  const two = (big: number, bigUnit: string, small: number, smallUnit: string) =>
    `${sign}${big} ${bigUnit}${small === 0 ? "" : ` ${small} ${smallUnit}`}`
  if (seconds < 3600) return two(Math.floor(seconds / 60), "min", seconds % 60, "s")
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return two(Math.floor(minutes / 60), "h", minutes % 60, "min")
  const hours = Math.round(minutes / 60)
  return two(Math.floor(hours / 24), "d", hours % 24, "h")
}

/** `512 B`, `1.2 kB`, `34 MB`. */
export const bytes = (count: number): string => {
  const units = ["B", "kB", "MB", "GB", "TB"] as const
  let value = count
  let unit = 0
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${digits(value, Math.abs(value) < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`
}

/** A share from 0 to 1: `42 %`, `0.4 %`. */
export const share = (value: number): string =>
  value > 0 && value < 0.0005 ? "< 0.1 %" : `${digits(value * 100, value !== 0 && Math.abs(value) < 0.095 ? 1 : 0)} %`

export const count = (value: number): string => digits(value, 0)

/** `1 call`, `2 calls`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" })
const dateTime = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit"
})

/** When something was: the time of day, with the date where it was on another day than `nowMillis`. */
export const instant = (atMillis: number, nowMillis: number): string =>
  new Date(atMillis).toDateString() === new Date(nowMillis).toDateString()
    ? time.format(atMillis)
    : dateTime.format(atMillis)
