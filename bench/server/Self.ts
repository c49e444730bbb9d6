/**
 * Self: what a process under load says of itself, to who started it.
 */
import { existsSync, readFileSync } from "node:fs"

import * as Predicate from "effect/Predicate"

export interface Standing {
  readonly connections: number
  readonly running: number
}

export interface State extends Standing {
  /** Since it began. */
  readonly cpuMillis: number
  /** Resident, at most until now. */
  readonly peakBytes: number
}

export const isState = (value: unknown): value is State =>
  Predicate.hasProperty(value, "cpuMillis") && Predicate.hasProperty(value, "running")

/** Where it listens. */
export interface Greeting {
  readonly url: string
}

export const isGreeting = (value: unknown): value is Greeting => Predicate.hasProperty(value, "url")

export const greet = (url: string): void => {
  process.once("disconnect", () => process.exit())
  process.send?.({ url })
}

const statusFile = "/proc/self/status"

/** What `resourceUsage` tells begins, on Linux, with the peak of the process that started this one. */
const peakBytes = (): number => {
  const kilobytes = existsSync(statusFile)
    ? /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(statusFile, "utf8"))?.[1]
    : undefined
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) * 1024
}

const cpuMillis = (): number => {
  const { system, user } = process.cpuUsage()
  return (user + system) / 1000
}

/** Answers each message with a `State`. */
export const answer = (look: (tell: (standing: Standing) => void) => unknown): void => {
  process.on("message", (message) => {
    const id = Predicate.hasProperty(message, "id") ? message.id : undefined
    look((standing) => process.send?.({ id, ...standing, cpuMillis: cpuMillis(), peakBytes: peakBytes() }))
  })
}
