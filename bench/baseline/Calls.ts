/**
 * Calls: what a good model would ask for at each of the complex questions, and what kind of answer it would give.
 *
 * **Details**
 *
 * As few calls as answer the question wholly, with the parameters that it states and no defaults: what each title says of
 * itself (owned, watched, rating, runtime) is not looked up again, and of calls that would do as well one stands first and the
 * others under `or`. The calls of a step need nothing of each other. What a call `gives` is all that it is for: whoever knows
 * that from elsewhere need not make it. A parameter may be taken `$from` an earlier result, by the name of the field and what
 * it holds in the demo library, or be the year `$yearsAgo`.
 *
 * An answer of kind `list` is nothing but what tools say; one of `words` chooses, compares or joins.
 */
import { readFileSync } from "node:fs"

import * as Schema from "effect/Schema"

const Fact = Schema.Struct({ field: Schema.String, is: Schema.Union([Schema.String, Schema.Finite]) })
export type Fact = typeof Fact.Type

const Parameter = Schema.Union([
  Schema.Struct({ $from: Fact }),
  Schema.Struct({ $yearsAgo: Schema.Int }),
  Schema.String,
  Schema.Finite,
  Schema.Boolean,
  Schema.Array(Schema.String)
])
type Parameter = typeof Parameter.Type

const Asked = Schema.Struct({ name: Schema.String, parameters: Schema.Record(Schema.String, Parameter) })
type Asked = typeof Asked.Type

const Call = Schema.Struct({
  ...Asked.fields,
  gives: Schema.optionalKey(Schema.Array(Fact)),
  or: Schema.optionalKey(Schema.Array(Asked))
})
export type Call = typeof Call.Type

const Question = Schema.Struct({
  text: Schema.String,
  steps: Schema.Array(Schema.Array(Call)),
  answer: Schema.Struct({ kind: Schema.Literals(["list", "words"]), tokens: Schema.Int }),
  why: Schema.optionalKey(Schema.String)
})
export type Question = typeof Question.Type

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8")

/** Questions as they were written before any of this, with the tools that may serve. */
const Written = Schema.Array(Schema.Struct({ text: Schema.String, tools: Schema.Array(Schema.String) }))

const namesOf = ({ steps }: Question) => steps.flat().map(({ name }) => name)

/** The questions of one file with the calls of the file beside it. */
const questionsOf = (file: "complex" | "fresh"): ReadonlyArray<Question> => {
  const written = Schema.decodeSync(Schema.fromJsonString(Written))(read(`${file}.json`))
  const Questions = Schema.Array(Question).check(
    Schema.makeFilter(
      (questions) =>
        questions.length === written.length &&
        questions.every((question, index) => {
          const { text, tools = [] } = written[index] ?? {}
          return question.text === text && namesOf(question).every((name) => tools.includes(name))
        }),
      { expected: `the questions of ${file}.json in their order, with no tool but theirs` }
    )
  )
  return Schema.decodeSync(Schema.fromJsonString(Questions))(read(`${file}-calls.json`), { onExcessProperty: "error" })
}

export interface QuestionSet {
  readonly name: string
  readonly questions: ReadonlyArray<Question>
}

/** The rules have been worked on with a look at the first, and were kept from the second. */
export const sets: ReadonlyArray<QuestionSet> = [
  { name: "50 further questions", questions: questionsOf("complex") },
  { name: "50 questions kept from the rules", questions: questionsOf("fresh") }
]

const valueOf = (parameter: Parameter, year: number) => {
  if (typeof parameter !== "object") return parameter
  if ("$from" in parameter) return parameter.$from.is
  return "$yearsAgo" in parameter ? year - parameter.$yearsAgo : parameter
}

/** The call as it is made in `year`. */
export const made = ({ name, parameters }: Asked, year: number) => ({
  name,
  input: Object.fromEntries(Object.entries(parameters).map(([key, parameter]) => [key, valueOf(parameter, year)]))
})

/** What it takes from earlier results. */
export const takes = ({ parameters }: Asked): ReadonlyArray<Fact> =>
  Object.values(parameters).flatMap((parameter) =>
    typeof parameter === "object" && "$from" in parameter ? [parameter.$from] : []
  )
