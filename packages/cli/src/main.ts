#!/usr/bin/env node
/**
 * The `callsheet` command: composes the commands, and turns how they end into an exit status and one line on stderr.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"

import packageJson from "../package.json" with { type: "json" }
import { ask } from "./commands/Ask.ts"
import { demo } from "./commands/Demo.ts"
import { doctor } from "./commands/Doctor.ts"
import { ExitError, lineOf } from "./ExitError.ts"
import * as Output from "./Output.ts"

const callsheet = Command.make("callsheet").pipe(
  Command.withDescription("Ask your home-media services, and see where the time goes"),
  Command.withSubcommands([ask, demo, doctor])
)

/** Help and version go to stdout as ever; a wrong invocation becomes an `ExitError` below, so nothing is printed here. */
const presenter: CliOutput.Presenter = {
  present: (event) => (event._tag === "InvalidInvocation" ? Effect.void : CliOutput.defaultPresenter.present(event))
}

const asExit = (error: CliError.CliError): Effect.Effect<void, ExitError> => {
  if (error._tag !== "ShowHelp") return Effect.fail(new ExitError({ status: 2, problem: error.message }))
  if (error.errors.length === 0) return Effect.void
  const problem = error.errors.map(({ message }) => message.replaceAll(/\s+/g, " ")).join("; ")
  return Effect.fail(new ExitError({ status: 2, problem: `${problem} (see: ${error.commandPath.join(" ")} --help).` }))
}

/** As the shell has it: 128 and the number of the signal that ended the process. */
let stoppedStatus = 130
process.once("SIGTERM", () => {
  stoppedStatus = 143
})

Command.run(callsheet, { version: packageJson.version }).pipe(
  Effect.catchIf(CliError.isCliError, asExit),
  Effect.provideService(CliOutput.Presenter, presenter),
  Effect.provideService(CliConfig.CliConfig, {
    builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]
  }),
  Effect.provide(NodeServices.layer),
  Output.watched(process.stdout),
  Effect.tapCause((cause) => {
    const line = lineOf(cause)
    return line === "" ? Effect.void : Console.error(line)
  }),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) =>
      Runtime.defaultTeardown(exit, (status) => onExit(status === 130 ? stoppedStatus : status))
  })
)
