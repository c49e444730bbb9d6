#!/usr/bin/env node
/**
 * The `callsheet` command: runs what the command line asks for, and turns how it ends into an exit status and one line on
 * stderr.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"

import * as AskLine from "./AskLine.ts"
import { ask } from "./commands/Ask.ts"
import { lineOf } from "./ExitError.ts"
import * as Output from "./Output.ts"

/** A server that is told to stop has done what it was to do. Else as the shell has it: 128 and the number of the signal. */
const isServer = process.argv[2] === "serve"
let stoppedStatus = isServer ? 0 : 130
process.once("SIGTERM", () => {
  stoppedStatus = isServer ? 0 : 143
})

const plain = AskLine.parse(process.argv.slice(2))

const program =
  plain === undefined
    ? Effect.flatMap(
        Effect.promise(() => import("./CommandLine.ts")),
        ({ commandLine }) => commandLine
      )
    : Effect.provide(ask(plain), Layer.merge(NodeFileSystem.layer, NodeStdio.layer))

program.pipe(
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
