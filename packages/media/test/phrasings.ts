/**
 * Phrasings: questions by which answering without a model is judged, each with the call that answers it, and what holds of such
 * a set, whatever answers it.
 *
 * How a call is spelt: it has the parameters that the question states, and no defaults. A title or a
 * person whom the demo catalogue knows stands as it does there, anything else as it was typed; compare them without case.
 * A rating above 7 and one of at least 7 are both `minRating: 7`; before 1980 is `yearTo: 1979`; a single year is a span
 * from itself to itself. What the household has comes from `library_search`, what it lacks from `discover_titles` and
 * `person_filmography` with `owned: false`; a person's role is given only where the question says it. `call` is null for
 * all that is to be left to the model. `tools` names every tool that a right answer needs.
 */
import { readFileSync } from "node:fs"
import { resolve } from "node:path"

import { Exit, Schema } from "effect"
import { Toolkit } from "effect/ai"
import { assert, it } from "vitest"

import { AddTools } from "../src/AddTools.ts"
import { DiscoveryTools } from "../src/DiscoveryTools.ts"
import { DownloadTools } from "../src/DownloadTools.ts"
import { LibraryTools } from "../src/LibraryTools.ts"
import { PeopleTools } from "../src/PeopleTools.ts"
import { TitleTools } from "../src/TitleTools.ts"

const { tools } = Toolkit.merge(LibraryTools, TitleTools, PeopleTools, DiscoveryTools, DownloadTools, AddTools)
const parameterSchemas = new Map<string, Schema.Decoder<unknown>>(
  Object.values(tools).map(({ name, parametersSchema }) => [name, parametersSchema])
)
const ToolName = Schema.Literals(Object.values(tools).map(({ name }) => name))

const Phrasing = Schema.Struct({
  text: Schema.NonEmptyString,
  class: Schema.Literals(["simple", "near-miss", "write", "other-language", "complex"]),
  call: Schema.NullOr(Schema.Struct({ name: ToolName, parameters: Schema.Record(Schema.String, Schema.Unknown) })),
  tools: Schema.Array(ToolName),
  why: Schema.optionalKey(Schema.NonEmptyString)
})
type Phrasing = typeof Phrasing.Type

/** The set in `file`, beside this one. Every tool name is checked here, by the schema. */
export const read = (file: string): ReadonlyArray<Phrasing> =>
  Schema.decodeSync(Schema.fromJsonString(Schema.Array(Phrasing)))(
    readFileSync(resolve(import.meta.dirname, file), "utf8"),
    { onExcessProperty: "error" }
  )

/** Case, accents and punctuation aside. */
export const plain = (text: string) =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()

/** The tests that a set has to pass: `atLeast` so many of each class, and `total` of all. */
export const check = (
  phrasings: ReadonlyArray<Phrasing>,
  atLeast: Readonly<Record<Phrasing["class"], number>>,
  total: number
) => {
  it("are enough of every class", () => {
    for (const [name, count] of Object.entries(atLeast)) {
      assert.isAtLeast(phrasings.filter((phrasing) => phrasing.class === name).length, count, name)
    }
    assert.isAtLeast(phrasings.length, total)
  })

  it("are all different", () => {
    const texts = phrasings.map(({ text }) => plain(text))
    assert.deepStrictEqual(
      texts.filter((text, index) => texts.indexOf(text) !== index),
      []
    )
  })

  it("have a call where they are simple, by a tool that only reads, and no other has", () => {
    for (const { call, class: kind, text, tools } of phrasings) {
      assert.strictEqual(call !== null, kind === "simple", text)
      if (call === null) continue
      assert.include(tools, call.name, text)
      assert.notStrictEqual(call.name, "add_movie", text)
    }
  })

  it("have calls that their tools take, with no parameter that says what is the default", () => {
    for (const { call, text } of phrasings) {
      if (call === null) continue
      const schema = parameterSchemas.get(call.name)
      assert.isDefined(schema, text)
      const taken = Schema.decodeExit(schema)(call.parameters, { onExcessProperty: "error" })
      assert.isTrue(Exit.isSuccess(taken), `${text}: ${JSON.stringify(taken)}`)

      const { detail, kind, role, sort } = call.parameters
      // The search by title alone looks for both kinds unless told.
      if (call.name !== "search_titles") assert.notStrictEqual(kind, "movie", text)
      assert.notStrictEqual(detail, "compact", text)
      assert.notStrictEqual(role, "any", text)
      assert.notStrictEqual(sort, call.name === "library_search" ? "title" : "popularity", text)
    }
  })

  it("name each tool once, the one that changes something only for writes", () => {
    for (const { class: kind, text, tools } of phrasings) {
      assert.strictEqual(new Set(tools).size, tools.length, text)
      if (kind !== "write") assert.notInclude(tools, "add_movie", text)
      if (kind !== "write" && kind !== "near-miss") assert.isNotEmpty(tools, text)
    }
  })
}
