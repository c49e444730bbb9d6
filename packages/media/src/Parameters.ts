/**
 * Parameters: what several tools take. Kept small, because definitions travel with every model call.
 */
import * as Schema from "effect/Schema"

import { Kind } from "./Title.ts"

/** A whole number, whose JSON Schema is `{"type": "integer"}` and no more. */
export const Integer = Schema.Finite.check(
  Schema.makeFilter((number) => Number.isInteger(number), {
    expected: "a whole number",
    toJsonSchema: () => ({ type: "integer" })
  })
)

export const kind = Schema.optionalKey(Kind.annotate({ description: "default movie" }))

/** Of the services that fetch: films are Radarr's, series Sonarr's. */
export const anyKind = Schema.optionalKey(Kind.annotate({ description: "default both" }))

export const years = { yearFrom: Schema.optionalKey(Integer), yearTo: Schema.optionalKey(Integer) }

export const minRating = Schema.optionalKey(Schema.Finite.annotate({ description: "0-10" }))

export const owned = Schema.optionalKey(
  Schema.Boolean.annotate({ description: "true: only titles in the library; false: only those not in it" })
)

/** What lies outside is brought to the nearest end by {@link within}, not refused. */
export const limit = (most: number, standard: number) =>
  Schema.optionalKey(Integer.annotate({ description: `1-${most}, default ${standard}` }))

export const cursor = Schema.optionalKey(Schema.String.annotate({ description: "nextCursor of the page before" }))

export const detail = Schema.optionalKey(
  Schema.Literals(["compact", "full"]).annotate({ description: "full: with overview" })
)

/** As `detail`, where what more there is goes without saying. */
export const more = Schema.optionalKey(Schema.Literals(["compact", "full"]))

/** Of what is added: its place, by names that `download_options` gives, and whether it is looked for. */
export const added = {
  searchNow: Schema.optionalKey(Schema.Boolean.annotate({ description: "look for a download at once, default true" })),
  qualityProfile: Schema.optionalKey(Schema.String),
  rootFolder: Schema.optionalKey(Schema.String)
}

/** `limit` between 1 and `most`; `standard` where it is not given. */
export const within = (limit: number | undefined, most: number, standard: number): number =>
  Math.min(Math.max(limit ?? standard, 1), most)
