/**
 * The services' public API descriptions, where this machine has them: the folder `CALLSHEET_SPECS`, or `../shared/specs`
 * beside the repository.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

import { Ajv2020 } from "ajv/dist/2020.js"
import { parse } from "yaml"

import { at } from "./ask.ts"

const folder = process.env["CALLSHEET_SPECS"] ?? join(import.meta.dirname, "../../../../../../shared/specs")

const files = {
  plex: "plex-api-spec.yaml",
  tmdb: "tmdb-v3.openapi.json",
  radarr: "radarr-v3.openapi.json",
  sonarr: "sonarr-v3.openapi.json"
} as const

export type Spec = keyof typeof files

export const hasSpec = (spec: Spec): boolean => existsSync(join(folder, files[spec]))

const read = (spec: Spec): string => readFileSync(join(folder, files[spec]), "utf8")

export const readJson = (spec: Exclude<Spec, "plex">): unknown => JSON.parse(read(spec))

const methods = new Set(["get", "post", "put", "delete"])

/** Path templates differ in the names of their parameters only. */
export const anonymous = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replaceAll(/\{[^}]+\}/g, "{}")}`

/** Every operation as `GET /path/{}`. The YAML file is read by its indentation, which is all that is needed. */
export const operations = (spec: Spec): ReadonlySet<string> => {
  if (spec !== "plex") {
    return new Set(
      Object.entries(at(readJson(spec), "paths") ?? {}).flatMap(([path, item]) =>
        Object.keys(item)
          .filter((method) => methods.has(method))
          .map((method) => anonymous(method, path))
      )
    )
  }
  const found = new Set<string>()
  let path = ""
  for (const line of read(spec).split("\n")) {
    const top = /^ {2}["']?(\/[^"':]*(?::\/[^"':]*)?)["']?:\s*$/.exec(line)
    const method = /^ {4}(get|post|put|delete):/.exec(line)
    if (/^\S/.test(line)) path = ""
    if (top?.[1] !== undefined) path = top[1]
    if (method?.[1] !== undefined && path !== "") found.add(anonymous(method[1], path))
  }
  return found
}

const typeOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value)

/**
 * Where `value` does not fit `schema` of `document`: wrong types, values outside an enumeration, required fields that are missing and
 * fields that the schema does not name.
 */
export const misfits = (document: unknown, schema: unknown, value: unknown, path = "$"): ReadonlyArray<string> => {
  const ref = at(schema, "$ref")
  if (typeof ref === "string") return misfits(document, at(document, ...ref.slice(2).split("/")), value, path)
  const wanted = at(schema, "type")
  if (value === null) return at(schema, "nullable") === true || wanted === undefined ? [] : [`${path}: null`]
  if (Array.isArray(value)) {
    return wanted === undefined || wanted === "array"
      ? value.flatMap((item, index) => misfits(document, at(schema, "items"), item, `${path}[${index}]`))
      : [`${path}: array, not ${wanted}`]
  }
  if (typeof value === "object") {
    const properties = at(schema, "properties")
    if (typeof properties !== "object" || properties === null) return []
    const required = at(schema, "required")
    const missing = Array.isArray(required) ? required.filter((name) => !(name in value)) : []
    return [
      ...missing.map((name) => `${path}.${name}: missing`),
      ...Object.entries(value).flatMap(([key, child]) =>
        key in properties
          ? misfits(document, at(properties, key), child, `${path}.${key}`)
          : [`${path}.${key}: not in the schema`]
      )
    ]
  }
  const kinds = at(schema, "enum")
  if (Array.isArray(kinds) && !kinds.includes(value)) return [`${path}: ${value} is none of ${kinds.join(", ")}`]
  const isRight =
    wanted === undefined ||
    wanted === typeOf(value) ||
    (wanted === "integer" && Number.isInteger(value)) ||
    (wanted === "number" && typeof value === "number")
  return isRight ? [] : [`${path}: ${typeOf(value)}, not ${wanted}`]
}

/** The schema of the first successful JSON answer to `method path`, the path as the spec writes it. */
export const responseSchema = (document: unknown, method: string, path: string): unknown => {
  const responses = at(document, "paths", path, method, "responses")
  const contents = at(responses, "200", "content") ?? at(responses, "201", "content")
  return at(contents, "application/json", "schema") ?? at(Object.values(contents ?? {})[0], "schema")
}

const pointer = (...path: ReadonlyArray<string>): string =>
  path.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")

/** Plex's description, which is of another dialect of JSON Schema than the others: where a body does not fit a `GET path`. */
export const plexMisfits = () => {
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false, validateSchema: false })
  ajv.addSchema(parse(read("plex")), "plex")
  return (path: string, body: unknown): ReadonlyArray<string> => {
    const schema = `plex#${pointer("paths", path, "get", "responses", "200", "content", "application/json", "schema")}`
    const validate = ajv.compile({ $ref: schema })
    validate(body)
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`)
  }
}
