/**
 * ArrEdits: what Radarr's and Sonarr's editors change of many titles at once, and how they refuse. What an edit does not name
 * stays as it is.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { json } from "../DemoApp.ts"

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const Edit = Schema.Struct({
  monitored: optional(Schema.Boolean),
  qualityProfileId: optional(Schema.Int),
  rootFolderPath: optional(Schema.String),
  tags: optional(Schema.Array(Schema.Int)),
  applyTags: Schema.optionalKey(Schema.Literals(["add", "remove", "replace"]))
})

export interface ArrEdits {
  readonly ids: ReadonlyArray<number>
  readonly edit: typeof Edit.Type
}

/** `key` is where the ids of the titles stand. */
export const decodeEditsOf = (key: "movieIds" | "seriesIds") => {
  const decodeIds = Schema.decodeUnknownOption(Schema.Record(Schema.Literal(key), Schema.Array(Schema.Int)))
  const decodeEdit = Schema.decodeUnknownOption(Edit)
  return (body: unknown): Option.Option<ArrEdits> =>
    Option.zipWith(decodeIds(body), decodeEdit(body), (ids, edit) => ({ ids: ids[key] ?? [], edit }))
}

interface Editable {
  readonly monitored: boolean
  readonly qualityProfileId: number
  readonly rootFolderPath: string
  readonly tags: ReadonlyArray<number>
}

/** What of a title is another after the edit, as what it was before. */
export const edited = (title: Editable, { edit }: ArrEdits): Editable => {
  const { applyTags = "add", tags } = edit
  return {
    monitored: edit.monitored ?? title.monitored,
    qualityProfileId: edit.qualityProfileId ?? title.qualityProfileId,
    rootFolderPath: edit.rootFolderPath || title.rootFolderPath,
    tags: tags ? tagged(title.tags, tags, applyTags) : title.tags
  }
}

const tagged = (
  own: ReadonlyArray<number>,
  given: ReadonlyArray<number>,
  how: "add" | "remove" | "replace"
): ReadonlyArray<number> => {
  if (how === "replace") return given
  return how === "remove" ? own.filter((tag) => !given.includes(tag)) : [...new Set([...own, ...given])]
}

/** How both end where an id is of no title. */
export const unmatched = (asked: number, found: number) =>
  json({ message: `Expected query to return ${asked} rows but returned ${found}` }, 500)
