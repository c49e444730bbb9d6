/**
 * The model of `bench/leaks.ts`, as a process: three calls, then a sentence, at 2,000 tokens a second.
 */
import { turns } from "@callsheet/testkit/scripted/Script"
import * as Duration from "effect/Duration"

import * as ServerProcess from "../ServerProcess.ts"

const calls = ["a", "b", "c"].map((id) => ({ name: "look", input: { id } }))

ServerProcess.serve({
  timing: { firstToken: Duration.millis(5), tokensPerSecond: 2000 },
  script: turns([
    { text: "", calls },
    { text: "All three are there.", calls: [] }
  ])
})
