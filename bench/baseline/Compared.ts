/**
 * Compared: the ten questions in each of the five set-ups, turn and turn about.
 */
import * as Questions from "@callsheet/testkit/Questions"
import * as Effect from "effect/Effect"

import { rotated } from "../arena/Match.ts"
import type { Asking } from "./Asking.ts"
import type * as Sample from "./Sample.ts"
import * as SetUps from "./SetUps.ts"

const levers = SetUps.all.map(({ name, what }, index) => `(${index + 1}) ${name}: ${what}`).join("\n")

export const about = `Set-ups: the five simple and the five complex questions in five set-ups, one run at a time, turn and turn about, so that what drifts hits
all alike:
${levers}
Time: as whoever asks sees it, for (1) from spawning the process (one file, its code compiled before) to its end. Each run finds
nothing remembered, but for (5) what a warm-up and another question read. Services take the delays measured in a household, the model 350 ms to
the first token and 120 tokens a second, both in another process. The model is a script: in (4) it hands in plans for the two questions that it
asks for in rounds which need one another, faultlessly, which shows what a plan does to the schedule and nothing of whether a model would plan so.`

export const questions: ReadonlyArray<string> = [...Questions.simple, ...Questions.complex]

/** Another question, and a simple one, which is soon answered. */
const otherThan = (question: string, round: number): string => {
  const others = Questions.simple.filter((other) => other !== question)
  return others[round % others.length] ?? ""
}

/** `runs` rounds of all questions in all set-ups. */
export const measured = Effect.fnUntraced(function* ({ ask }: Asking, runs: number) {
  const samples: Array<Sample.Sample> = []
  for (let round = 0; round < runs; round++) {
    for (const [index, question] of rotated(questions, round).entries()) {
      for (const setUp of rotated(SetUps.all, round + index)) {
        samples.push(yield* ask(setUp, question, otherThan(question, round)))
      }
    }
  }
  return samples
})
