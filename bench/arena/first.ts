/**
 * A process that loads a contestant and asks once: for the time until its first request. Its module and setting are the
 * arguments.
 */
import type { Contestant, Setting } from "./Contestant.ts"

const [module = "", settingText = "{}"] = process.argv.slice(2)
const { contestant }: { readonly contestant: Contestant } = await import(module)
const setting: Setting = JSON.parse(settingText)
const ready = await contestant.make(setting)
await ready.ask("Which films are new?")
