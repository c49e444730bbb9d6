/**
 * The published descriptions of OpenAI's API and of Open Responses, where this machine has them: the folder `CALLSHEET_SPECS`, or
 * `../shared/specs` beside the repository.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

import addFormats from "ajv-formats"
import { Ajv2020 } from "ajv/dist/2020.js"

const folder = process.env["CALLSHEET_SPECS"] ?? join(import.meta.dirname, "../../../../../shared/specs")

const files = { openai: "openai.openapi.json", openresponses: "openresponses.openapi.json" } as const
type Spec = keyof typeof files

export const hasSpecs = Object.values(files).every((file) => existsSync(join(folder, file)))

/** For the names of tests that are skipped without them. */
export const needsSpecs = hasSpecs ? "" : " (needs ../shared/specs)"

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true })
addFormats.default(ajv)
ajv.addFormat("unixtime", true)
/** `nullable` is of an older OpenAPI, and no JSON Schema. */
const withoutNullable = (_: string, value: unknown): unknown => {
  if (typeof value !== "object" || value === null || !("nullable" in value)) return value
  const { nullable, ...rest } = value
  return nullable === true ? { anyOf: [rest, { type: "null" }] } : rest
}

interface Description {
  /** By the name of the event, the schema that says what it holds. */
  readonly events: ReadonlyMap<string, string>
}
const read = new Map<Spec, Description>()

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
const at = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce((inner, key) => (isObject(inner) ? inner[key] : undefined), value)

const description = (spec: Spec): Description => {
  const known = read.get(spec)
  if (known !== undefined) return known
  const document: unknown = JSON.parse(readFileSync(join(folder, files[spec]), "utf8"), withoutNullable)
  if (!isObject(document)) throw new Error(`${files[spec]} is no description.`)
  ajv.addSchema({ ...document, $id: `${spec}:` })
  const schemas = at(document, "components", "schemas")
  const events = Object.entries(isObject(schemas) ? schemas : {}).flatMap(([name, schema]) => {
    const type = at(schema, "properties", "type", "enum")
    const isEvent = isObject(at(schema, "properties", "sequence_number"))
    return isEvent && Array.isArray(type) && typeof type[0] === "string" ? [[type[0], name] as const] : []
  })
  const made = { events: new Map(events) }
  read.set(spec, made)
  return made
}

/** What of `value` is not as `schema` of `spec` says; nothing where the description is not there. */
export const misfits = (spec: Spec, schema: string, value: unknown): ReadonlyArray<string> => {
  if (!hasSpecs) return []
  description(spec)
  const validate = ajv.getSchema(`${spec}:#/components/schemas/${schema}`)
  if (validate === undefined) return [`There is no schema ${schema}.`]
  return validate(value) === true
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${schema}${instancePath}: ${message}`)
}

/** The same of an event of a stream, by the schema that is for it. */
export const eventMisfits = (spec: Spec, event: { readonly type: string }): ReadonlyArray<string> =>
  hasSpecs ? misfits(spec, description(spec).events.get(event.type) ?? event.type, event) : []
