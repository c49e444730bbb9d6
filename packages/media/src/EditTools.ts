/**
 * EditTools: what changes or ends that a title is looked after.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as BothServices from "./BothServices.ts"
import * as Choice from "./Choice.ts"
import * as Footprint from "./Footprint.ts"
import * as ManagedTitle from "./ManagedTitle.ts"
import { MediaError, rejected } from "./MediaError.ts"
import { Kind } from "./Title.ts"

const which = { kind: Kind, ...ManagedTitle.numbers }
const told = { title: Schema.String, year: Schema.NullOr(Schema.Int), kind: Kind }

export const EditTitle = Tool.make("edit_title", {
  description: "Change a film's or series' quality profile, root folder (files stay where they are) or tags.",
  parameters: Schema.Struct({
    ...which,
    qualityProfile: Schema.optionalKey(Schema.String),
    rootFolder: Schema.optionalKey(Schema.String),
    tags: Schema.optionalKey(Schema.Array(Schema.String).annotate({ description: "all it is to have" }))
  }),
  success: Schema.Struct({
    ...told,
    /** What it is from now on; null for what was not to be changed. */
    qualityProfile: Schema.NullOr(Schema.String),
    rootFolder: Schema.NullOr(Schema.String),
    tags: Schema.NullOr(Schema.Array(Schema.String))
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.writesOne((name) => [name]))
  // A title whose folder changes loses sight of its files, and its tags are replaced: a person is to agree.
  .annotate(Tool.Destructive, true)
  .annotate(Tool.Idempotent, true)
  .annotate(Annotations.Examples, [
    "Change the quality profile of Solaris",
    "Upgrade it to 4K",
    "Tag it as a favourite",
    "Move it to another root folder"
  ])

export const DeleteTitle = Tool.make("delete_title", {
  description: "Remove a film from Radarr or a whole series from Sonarr; files are kept unless deleteFiles.",
  parameters: Schema.Struct({
    ...which,
    deleteFiles: Schema.optionalKey(Schema.Boolean.annotate({ description: "from disk too, for good; default false" }))
  }),
  success: Schema.Struct({ ...told, filesDeleted: Schema.Boolean, sizeBytes: Schema.Finite }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.writesOne((name) => [name, "ownership"]))
  .annotate(Tool.Destructive, true)
  // A second time there is nothing to delete, which is told as a failure.
  .annotate(Tool.Idempotent, false)
  .annotate(Annotations.Examples, [
    "Delete Solaris",
    "Get rid of that film",
    "Remove the series from Sonarr",
    "Delete it with its files to free space"
  ])

export const EditTools = Toolkit.make(EditTitle, DeleteTitle)

/** Tells whichever of Radarr and Sonarr are there. */
export const EditToolsLayer = EditTools.toLayer(
  Effect.gen(function* () {
    const present = yield* BothServices.present

    const edit = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof EditTitle>) {
      const { qualityProfile, rootFolder, tags } = parameters
      const found = yield* ManagedTitle.find(present, parameters)
      if (qualityProfile === undefined && rootFolder === undefined && tags === undefined) {
        return yield* rejected(found.service, "Say what to change: a quality profile, a root folder or tags.")
      }
      const chosen = yield* Effect.all(
        {
          profile: qualityProfile === undefined ? Effect.undefined : Choice.profile(found, qualityProfile),
          folder: rootFolder === undefined ? Effect.undefined : Choice.folder(found, rootFolder),
          tags: tags === undefined ? Effect.undefined : Choice.tags(found, tags)
        },
        { concurrency: 3 }
      )
      yield* found.edit({
        qualityProfileId: chosen.profile?.id,
        rootFolderPath: chosen.folder?.path,
        tags: chosen.tags?.map(({ id }) => id)
      })
      return {
        ...titleOf(found),
        qualityProfile: chosen.profile?.name ?? null,
        rootFolder: chosen.folder?.path ?? null,
        tags: chosen.tags?.map(({ name }) => name) ?? null
      }
    })

    const remove = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof DeleteTitle>) {
      const { deleteFiles = false } = parameters
      const found = yield* ManagedTitle.find(present, parameters)
      yield* found.remove({ deleteFiles })
      const size = found.kind === "movie" ? found.record.sizeOnDisk : found.record.statistics?.sizeOnDisk
      return { ...titleOf(found), filesDeleted: deleteFiles, sizeBytes: size ?? 0 }
    })

    return EditTools.of({ edit_title: edit, delete_title: remove })
  })
)

const titleOf = ({ kind, title, year }: ManagedTitle.ManagedMovie | ManagedTitle.ManagedSeries) => ({
  title,
  year,
  kind
})
