/**
 * Choice: which quality profile, root folder and tags of Radarr or Sonarr are meant by the names that people use.
 */
import * as Effect from "effect/Effect"

import type { ArrService, Folder, Named } from "./ArrService.ts"
import { type MediaError, rejected } from "./MediaError.ts"
import type { ArrName } from "./ReadRules.ts"

/** One of the two services, for what it offers. */
export interface Offering {
  readonly service: ArrName
  /** As people write it. */
  readonly name: string
  readonly arr: Pick<ArrService<unknown, unknown, unknown>, "qualityProfiles" | "rootFolders" | "tags">
}

/** The one that is called `name`, but for case; refuses with what is known. */
const called = <A>(
  { name: serviceName, service }: Offering,
  what: string,
  name: string,
  known: ReadonlyArray<A>,
  nameOf: (one: A) => string
): Effect.Effect<A, MediaError> => {
  const plain = (text: string) => text.trim().toLowerCase().replace(/\/+$/, "")
  const found = known.find((one) => plain(nameOf(one)) === plain(name))
  return found === undefined
    ? Effect.fail(
        rejected(
          service,
          `${serviceName} has no ${what} "${name}": the known ones are ${known.map(nameOf).join(", ") || "none"}.`
        )
      )
    : Effect.succeed(found)
}

export const profile = (offering: Offering, name: string): Effect.Effect<Named, MediaError> =>
  Effect.flatMap(offering.arr.qualityProfiles, (known) => called(offering, "quality profile", name, known, nameOf))

export const folder = (offering: Offering, path: string): Effect.Effect<Folder, MediaError> =>
  Effect.flatMap(offering.arr.rootFolders, (known) => called(offering, "root folder", path, known, pathOf))

export const tags = (
  offering: Offering,
  names: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Named>, MediaError> =>
  Effect.flatMap(offering.arr.tags, (known) =>
    Effect.forEach(names, (name) => called(offering, "tag", name, known, nameOf))
  )

/** Where a new title goes: as named, else to the first folder, in the first profile. */
export const destination = Effect.fnUntraced(function* (
  offering: Offering,
  names: { readonly qualityProfile?: string | undefined; readonly rootFolder?: string | undefined }
) {
  const { arr, name, service } = offering
  const { folder: chosen, profile: wanted } = yield* Effect.all(
    {
      folder:
        names.rootFolder === undefined
          ? Effect.map(arr.rootFolders, ([first]) => first)
          : folder(offering, names.rootFolder),
      profile:
        names.qualityProfile === undefined
          ? Effect.map(arr.qualityProfiles, ([first]) => first)
          : profile(offering, names.qualityProfile)
    },
    { concurrency: 2 }
  )
  if (chosen === undefined) {
    return yield* rejected(service, `${name} has no usable root folder: add one under Settings, Media Management.`)
  }
  if (wanted === undefined) {
    return yield* rejected(service, `${name} has no quality profile: add one under Settings, Profiles.`)
  }
  return { qualityProfileId: wanted.id, rootFolderPath: chosen.path }
})

const nameOf = ({ name }: Named) => name
const pathOf = ({ path }: Folder) => path
