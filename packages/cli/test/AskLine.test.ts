import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { CliOutput, Command } from "effect/cli"

import * as AskLine from "../src/AskLine.ts"
import { askArguments } from "../src/CommandLine.ts"

/** What the whole command line reads; undefined where it refuses. */
const readByAll = Effect.fnUntraced(
  function* (args: ReadonlyArray<string>) {
    let read: AskLine.Options | undefined
    const ask = Command.make("ask", askArguments, (options) =>
      Effect.sync(() => {
        read = options
      })
    )
    yield* Effect.exit(
      Command.runWith(Command.withSubcommands(Command.make("callsheet"), [ask]), { version: "0" })(args)
    )
    return read
  },
  Effect.provideService(CliOutput.Presenter, { present: () => Effect.void }),
  Effect.provide(NodeServices.layer)
)

const words = [
  ["Hello?", "two words", "", " ", "true", "5s", "offline", "-", "--", "-1"],
  [
    "--json",
    "--yes",
    "--model",
    "--deadline",
    "--json=true",
    "--model=openai",
    "--no-json",
    "--help",
    "--profile",
    "800ms"
  ]
].flat()
const flagWords = ["true", "1", "y", "yes", "on", "false", "0", "n", "no", "off", "No"]

/** Every line of up to `length` of `words`. */
const lines = (length: number, words: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  length === 0 ? [[]] : lines(length - 1, words).flatMap((line) => [line, ...words.map((word) => [...line, word])])

describe("AskLine", () => {
  it("reads a plain question and each of its options", () => {
    assert.deepStrictEqual(
      AskLine.parse(["ask", "--json", "Hello?", "--model", "offline", "--deadline", "1.5s", "--yes"]),
      {
        question: "Hello?",
        json: true,
        profile: false,
        yes: true,
        model: Option.some("offline"),
        deadline: Option.some(1500)
      }
    )
  })

  it("leaves other commands, help and every mistake to the whole command line", () => {
    const others = ["", "demo", "ask", "ask --help Hello?", "ask Hello? again", "ask Hello? --json --json", "ask --x y"]
    const wrong = [
      "ask Hello? --profile",
      "ask Hello? --model",
      "ask Hello? --model other",
      "ask Hello? --deadline 0s",
      "ask Hello? --deadline"
    ]
    for (const line of [...others, ...wrong]) assert.isUndefined(AskLine.parse(line.split(" ")), line)
  })

  it.effect("reads no line otherwise than the whole command line does", () =>
    Effect.gen(function* () {
      const plain = new Map<string, readonly [ReadonlyArray<string>, AskLine.Options]>()
      for (const line of [...lines(4, words), ...lines(2, [...words, ...flagWords])]) {
        const args = ["ask", ...line]
        const read = AskLine.parse(args)
        if (read !== undefined) plain.set(JSON.stringify(args), [args, read])
      }
      assert.isAbove(plain.size, 300)
      for (const [text, [args, read]] of plain) assert.deepStrictEqual(yield* readByAll(args), read, text)
    })
  )
})
