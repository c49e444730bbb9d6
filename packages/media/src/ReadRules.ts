/**
 * ReadRules: what all remembered reads of the services go by: whose data they give, what outdates it, which failures are
 * kept, and which words are the same.
 */
import type { Freshness } from "@callsheet/cache/Freshness"
import type { FinalFailure } from "@callsheet/cache/Outcome"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

import { MediaError, type ServiceName } from "./MediaError.ts"
import type { Access } from "./ServiceConfig.ts"

/** The services that fetch what is wanted. */
export type ArrName = "radarr" | "sonarr"

/**
 * What reads depend on and writes change: a service; its `downloads`, which are its queue, its history and its blocklist and
 * change without its titles; `ownership`, which is what the library holds; or `plex/ratings`, which are the household's own. A
 * write of one household outdates the same tag of all that share a store: they ask once more, and nobody is told anything wrong.
 */
export type Tag = ServiceName | `${ArrName}/downloads` | "ownership" | "plex/ratings"

/** The tags of one kind of read. */
export const tags =
  (...all: ReadonlyArray<Tag>) =>
  () =>
    all

/** The address as it is compared: however its host is written, and with or without a slash at its end. */
const addressOf = ({ baseUrl }: Access): string => new URL(baseUrl).href.replace(/\/+$/, "")

/**
 * Who asks: a household's services tell each token its own library and its own progress, and a token is good at one address.
 */
export const household = (access: Access): Redacted.Redacted =>
  Redacted.make(JSON.stringify([addressOf(access), Redacted.value(access.secret)]))

/**
 * Who is asked: a catalogue tells everybody the same, whatever the key. So all who ask TMDb itself share what it said, and
 * nobody is given what another address, such as a mirror or a demo, said in its place.
 */
export const catalogue = (access: Access): Redacted.Redacted => Redacted.make(addressOf(access))

/**
 * That there is no such title or person, as the service itself says it. Only for reads by an id: of others it says that the
 * address is wrong, which may heal like all else. Few ids come into being while they are asked for, and a model that got one wrong asks again at once or never.
 */
export const noSuchThing: FinalFailure<MediaError> = {
  schema: MediaError,
  is: ({ reason }) => reason._tag === "NotFound",
  keep: "5 minutes"
}

/**
 * How long it is true what the library holds and what of it was watched. People add and watch while they talk with us: two
 * minutes hold the questions that follow one another; what was looked at less than ten minutes ago is better than a wait.
 */
export const libraryFreshness = { fresh: "2 minutes", stale: "8 minutes" } as const satisfies Freshness

/** Words that are searched for. TMDb takes them alike in any case and spacing; it is asked in those of who asks first. */
export const Words = Schema.String.pipe(
  Schema.encodeTo(Schema.String, {
    decode: SchemaGetter.passthrough(),
    encode: SchemaGetter.transform((words) => words.trim().replaceAll(/\s+/g, " ").toLowerCase())
  })
)
