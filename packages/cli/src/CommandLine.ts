/**
 * CommandLine: every command with its arguments, its help and its mistakes. What a command does is loaded when it runs.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Argument from "effect/cli/Argument"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as AskLine from "./AskLine.ts"
import * as Ask from "./commands/Ask.ts"
import { ExitError } from "./ExitError.ts"
import { version } from "./Version.ts"

const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Print one JSON object and nothing else"),
  Flag.withDefault(false)
)

const question = Argument.String("question").pipe(
  Argument.withDescription("What you want to know, in quotation marks; - reads it from standard input")
)

/** How a question is asked. */
const asking = {
  json,
  model: Flag.Literals("model", AskLine.models).pipe(
    Flag.withDescription("offline: a stand-in that follows written rules; openai: the configured provider"),
    Flag.optional
  ),
  deadline: Flag.String("deadline").pipe(
    Flag.withDescription("Answer within this time, as 5s or 800ms, with the best there is by then"),
    Flag.filterMap(AskLine.millisOf, () => "a time such as 5s, 800ms or 2m"),
    Flag.optional
  ),
  yes: Flag.Boolean("yes").pipe(
    Flag.withDescription("Approve every call that changes something"),
    Flag.withDefault(false)
  )
}

/** The arguments of `callsheet ask`; `AskLine` reads the plain ones of them. */
export const askArguments = {
  question,
  ...asking,
  profile: Flag.Boolean("profile").pipe(
    Flag.withDescription("Show where the time went, and what would have saved some of it"),
    Flag.withDefault(false)
  )
}

const ask = Command.make("ask", askArguments, Ask.ask).pipe(Command.withDescription("Ask one question"))

/** A file by its path; whether it is there is the command's to say. */
const path = (name: string, describes: string) =>
  Flag.String(name).pipe(Flag.withDescription(describes), Flag.withMetavar("FILE"), Flag.optional)

const profile = Command.make(
  "profile",
  {
    question: Argument.optional(question),
    ...asking,
    from: path("from", "Profile a run of this trace instead, of any agent: OTLP/JSON"),
    run: Flag.Int("run").pipe(Flag.withDescription("Which run of the trace, from 1; else the longest"), Flag.optional),
    chrome: path("chrome", "Write the trace for chrome://tracing and ui.perfetto.dev")
  },
  (options) =>
    Effect.flatMap(
      Effect.promise(() => import("./commands/Profile.ts")),
      ({ profile }) => profile(options)
    )
).pipe(Command.withDescription("Ask one question, and see where its time went and what would have saved some"))

const demo = Command.make("demo", {}, () =>
  Effect.flatMap(
    Effect.promise(() => import("./commands/Demo.ts")),
    ({ demo }) => demo
  )
).pipe(Command.withDescription("Ask ten questions of demo services, to see what this is"))

const doctor = Command.make("doctor", {}, () =>
  Effect.flatMap(
    Effect.promise(() => import("./commands/Doctor.ts")),
    ({ doctor }) => doctor
  )
).pipe(Command.withDescription("Check the configuration and reach every configured service"))

const loadCache = Effect.promise(() => import("./commands/Cache.ts"))

const cacheStats = Command.make("stats", { json }, (options) =>
  Effect.flatMap(loadCache, ({ stats }) => stats(options))
).pipe(Command.withDescription("How much is remembered, and where"))

const cacheClear = Command.make("clear", {}, () => Effect.flatMap(loadCache, ({ clear }) => clear)).pipe(
  Command.withDescription("Forget all of it, in every process that shares it")
)

const cacheWarm = Command.make("warm", {}, () => Effect.flatMap(loadCache, ({ warm }) => warm)).pipe(
  Command.withDescription("Read ahead what most questions need")
)

const cache = Command.make("cache").pipe(
  Command.withDescription("What is remembered between runs (CALLSHEET_CACHE)"),
  Command.withSubcommands([cacheStats, cacheClear, cacheWarm])
)

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of "30m", "12h" or "7d"; none for anything else. */
const sinceMillis = (text: string): Option.Option<number> => {
  const [, amount = "", unit = ""] = /^(\d+)\s*([mhd])$/.exec(text.trim()) ?? []
  const millis = Number(amount) * (units[unit] ?? 0)
  return millis > 0 ? Option.some(millis) : Option.none()
}

const report = Command.make(
  "report",
  {
    from: path("from", "A query log; else the one that CALLSHEET_LOG names"),
    since: Flag.String("since").pipe(
      Flag.withDescription("Only runs since then, as 7d, 12h or 30m"),
      Flag.filterMap(sinceMillis, () => "a time such as 7d, 12h or 30m"),
      Flag.optional
    ),
    json,
    saveBaseline: path("save-baseline", "Keep these runs, to compare later ones with"),
    baseline: path("baseline", "Compare the runs since that baseline with it"),
    failOnRegression: Flag.Boolean("fail-on-regression").pipe(
      Flag.withDescription("End with status 1 where something became worse"),
      Flag.withDefault(false)
    )
  },
  (options) =>
    Effect.flatMap(
      Effect.promise(() => import("./commands/Report.ts")),
      ({ report }) => report(options)
    )
).pipe(Command.withDescription("What the query log says, by day and by question, and what became worse"))

const serve = Command.make(
  "serve",
  {
    port: Flag.Int("port").pipe(
      Flag.withDescription("Where to listen; 0 lets the system choose"),
      Flag.filter(
        (port) => port >= 0 && port <= 65_535,
        () => "a port from 0 to 65535"
      ),
      Flag.withDefault(4111)
    ),
    host: Flag.String("host").pipe(
      Flag.withDescription("Whom to let in: beyond this machine CALLSHEET_TOKEN must be set"),
      Flag.withDefault("127.0.0.1")
    ),
    model: asking.model
  },
  (options) =>
    Effect.flatMap(
      Effect.promise(() => import("./commands/Serve.ts")),
      ({ serve }) => serve(options)
    )
).pipe(Command.withDescription("Answer over HTTP, until Ctrl+C or SIGTERM"))

const callsheet = Command.make("callsheet").pipe(
  Command.withDescription("Ask your home-media services, and see where the time goes"),
  Command.withSubcommands([ask, cache, demo, doctor, profile, report, serve])
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

export const commandLine = Command.run(callsheet, { version }).pipe(
  Effect.catchIf(CliError.isCliError, asExit),
  Effect.provideService(CliOutput.Presenter, presenter),
  Effect.provideService(CliConfig.CliConfig, {
    builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]
  }),
  Effect.provide(NodeServices.layer)
)
