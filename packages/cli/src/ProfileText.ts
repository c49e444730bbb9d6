/**
 * ProfileText: a profile as a person reads it: the schedule drawn, where the time went, and what would have saved some. Pure.
 */
import type { Component, Counterfactual, Profile } from "@callsheet/core/explain/Profile"

import type { Process, Profiled } from "./Profiling.ts"
import * as ScheduleChart from "./ScheduleChart.ts"
import { fit, folded, pad } from "./TerminalFit.ts"
import { oneLine } from "./TerminalText.ts"
import { count, duration } from "./TimeLine.ts"

const names: Readonly<Record<Component, string>> = {
  "start-up": "start-up",
  routing: "routing the question",
  "tool-selection": "choosing tools",
  "tool-definitions": "describing tools",
  prompt: "writing the prompt",
  "model-wait": "waiting for the model",
  decoding: "the model writing",
  tools: "tools",
  queueing: "waiting for a place",
  approval: "waiting for a person",
  overhead: "the engine itself"
}

const percent = (part: number, whole: number): string => (whole <= 0 ? "-" : `${((part / whole) * 100).toFixed(1)} %`)

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

const nameWidth = 24

const head = (...names: ReadonlyArray<string>): string =>
  names
    .map((name, index) => (index === 0 ? pad(name, nameWidth) : name.padStart(12)))
    .join("")
    .trimEnd()

/** The components that took time, those that took most first. */
const components = ({ rows, selfMillis, wallMillis }: Profile): ReadonlyArray<string> => {
  const spent = Object.entries(names).flatMap(([key, name]) => {
    const known = Object.entries(selfMillis).find(([component]) => component === key)
    const millis = known?.[1] ?? 0
    const calls = rows.filter(({ pieces }) => pieces.some(({ component }) => component === key)).length
    return millis > 0 ? [{ name, millis, calls }] : []
  })
  return [
    head("On the critical path", "time", "share", "calls"),
    ...spent
      .sort((a, b) => b.millis - a.millis)
      .map(({ calls, millis, name }) =>
        head(name, duration(millis), percent(millis, wallMillis), calls === 0 ? "" : String(calls))
      )
  ]
}

const tools = ({ tools }: Profile): ReadonlyArray<string> => {
  const all = Object.entries(tools).sort(([, a], [, b]) => b.millis - a.millis)
  if (all.length === 0) return []
  return [
    "",
    head("Tool", "time", "on the path", "calls"),
    ...all.map(([name, { calls, criticalMillis, millis }]) =>
      head(fit(oneLine(name), nameWidth - 1), duration(millis), duration(criticalMillis), String(calls))
    )
  ]
}

const facts = (profile: Profile, { peakRssBytes, startUpMillis }: Process): ReadonlyArray<string> => {
  const { chainLength, heapDeltaBytes, hiddenMillis } = profile
  return [
    "",
    `Hidden by what ran beside it: ${duration(hiddenMillis)} of calls`,
    `Chain of reasoning: ${chainLength === 0 ? "no model call" : chainLength === 1 ? "one model call" : `${chainLength} model calls, each after the one before`}`,
    ...(startUpMillis === null ? [] : [`Start of the process, before the run: ${duration(startUpMillis)}`]),
    ...(heapDeltaBytes === null
      ? []
      : [`Heap: ${heapDeltaBytes < 0 ? "-" : "+"}${megabytes(Math.abs(heapDeltaBytes))}`]),
    ...(peakRssBytes === null ? [] : [`Memory of the process, at most: ${megabytes(peakRssBytes)}`])
  ]
}

/** Calls or tools that are named, at most. */
const named = 3

/** The calls of `ids` by their tools: "find_film (2), reviews". */
const calledOf = (ids: ReadonlyArray<string>, rows: Profile["rows"]): string => {
  const counts = new Map<string, number>()
  for (const { id, name } of rows) if (ids.includes(id)) counts.set(name, (counts.get(name) ?? 0) + 1)
  const names = [...counts].map(([name, calls]) => (calls === 1 ? name : `${name} (${calls})`))
  return names.slice(0, named).join(", ") + (names.length > named ? ", ..." : "")
}

const remedied = (
  remedies: ReadonlyArray<Counterfactual>,
  rows: Profile["rows"],
  columns: number
): ReadonlyArray<string> => [
  "",
  remedies.length === 0 ? "Nothing that was tried would have saved time." : "What would have saved most",
  ...remedies.flatMap(({ kind, millis, savesMillis, subject, what }, index) => {
    const calls = kind === "remembered" || subject === null ? "" : ` Calls: ${calledOf(subject.split(" "), rows)}.`
    const said = `${index + 1}. ${duration(savesMillis)} saved (${duration(millis)} in all): ${what}${calls}`
    return folded(oneLine(said), columns, 3)
  })
]

/** Calls of several messages that could have been asked for together, and are no remedy since a greater one holds them. */
const together = (
  { counterfactuals, rows }: Profile,
  remedies: ReadonlyArray<Counterfactual>
): ReadonlyArray<string> => {
  const others = counterfactuals.filter(
    (one) => one.kind === "parallel" && one.subject !== null && one.savesMillis >= 1 && !remedies.includes(one)
  )
  const said = others
    .slice(0, named)
    .map(({ savesMillis, subject }) => `${calledOf(subject?.split(" ") ?? [], rows)}: ${duration(savesMillis)}`)
  return said.length === 0
    ? []
    : [`Asked for together alone, they would have saved: ${said.join("; ")}${others.length > named ? "; ..." : ""}.`]
}

const needs = (profile: Profile, remedies: ReadonlyArray<Counterfactual>, columns: number): ReadonlyArray<string> => {
  const { findings, rows } = profile
  const untold = findings.filter(({ verdict }) => verdict === "cannot tell").length
  const free = findings.filter(({ verdict }) => verdict === "independent")
  const nameOf = (id: string) => rows.find((row) => row.id === id)?.name ?? id
  const pairs = free.slice(0, named).map(({ first, second }) => `${nameOf(first)}, then ${nameOf(second)}`)
  const more = free.length > named ? "; ..." : ""
  const said = [
    ...(free.length === 0
      ? []
      : [
          `${count(free.length, "pair")} of calls ran one after the other and needed nothing of each other (${pairs.join("; ")}${more}).`,
          ...together(profile, remedies)
        ]),
    ...(untold === 0
      ? []
      : [
          `Of ${count(untold, "pair")} of calls the trace cannot tell whether one needed the other: it holds no arguments and results.`
        ])
  ]
  return said.flatMap((sentence) => folded(oneLine(sentence), columns))
}

/** In lines of at most `columns` characters (`ScheduleChart.widthOf`). */
export const lines = ({ process, profile, remedies }: Profiled, columns: number): ReadonlyArray<string> => {
  const width = ScheduleChart.widthOf(columns)
  const said = needs(profile, remedies, width)
  return [
    ...ScheduleChart.draw(profile, width),
    "",
    ...components(profile),
    ...tools(profile),
    ...facts(profile, process),
    ...remedied(remedies, profile.rows, width),
    ...(said.length === 0 ? [] : ["", ...said])
  ]
}
