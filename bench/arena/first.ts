/**
 * A process that loads a contestant and asks once: for the time until its first request. Its module and setting are the
 * arguments. What it compiles is kept for the next, as the built command's is.
 */
import { enableCompileCache } from "node:module"

import type { Contestant, Setting } from "./Contestant.ts"

enableCompileCache()
// What was compiled is written at the end of a process that ends by itself.
process.on("SIGTERM", () => process.exit())

const [module = "", settingText = "{}"] = process.argv.slice(2)
const { contestant }: { readonly contestant: Contestant } = await import(module)
const setting: Setting = JSON.parse(settingText)
const ready = await contestant.make(setting)
await ready.ask("Which films are new?")
