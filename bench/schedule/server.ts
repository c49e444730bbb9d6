/**
 * The model of `bench/schedule.ts`, as a process.
 */
import { turns } from "@callsheet/testkit/scripted/Script"

import * as ServerProcess from "../ServerProcess.ts"
import { timing, variants } from "./Shapes.ts"

const scripts = new Map(variants.map(({ name, replies }) => [name, turns(replies)]))
const unknown = turns([])

ServerProcess.serve({ timing, script: (view) => (scripts.get(view.question) ?? unknown)(view) })
