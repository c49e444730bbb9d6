/**
 * RateTools: the household's own opinion of what it has. It can be changed at any time, so nobody is asked first.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Footprint from "./Footprint.ts"
import { MediaError, rejected } from "./MediaError.ts"
import { Plex } from "./Plex.ts"
import * as WhichItem from "./WhichItem.ts"

export const RateTitle = Tool.make("rate_title", {
  description: "Set the household's own rating of a title in the Plex library.",
  parameters: Schema.Struct({
    ...WhichItem.parameters,
    rating: Schema.Finite.annotate({ description: "0-10; a star is 2" })
  }),
  success: Schema.Struct({
    title: Schema.String,
    year: Schema.NullOr(Schema.Int),
    ratingKey: Schema.String,
    rating: Schema.Finite,
    /** Null where there was none. */
    before: Schema.NullOr(Schema.Finite)
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.writesPart("plex", "plex/ratings"))
  .annotate(Tool.Destructive, false)
  .annotate(Tool.Idempotent, true)
  .annotate(Annotations.Examples, [
    "Rate Solaris 8 out of 10",
    "Give it four stars",
    "Set my rating to 9",
    "Change my rating of Solaris"
  ])

export const RateTools = Toolkit.make(RateTitle)

export const RateToolsLayer = RateTools.toLayer(
  Effect.gen(function* () {
    const plex = yield* Plex
    const which = WhichItem.make(plex)

    const rate = Effect.fnUntraced(function* ({ rating, ...wanted }: Tool.Parameters<typeof RateTitle>) {
      if (rating < 0 || rating > 10) {
        return yield* rejected(
          "plex",
          `Plex takes ratings from 0 to 10, and ${rating} is none: half a star is 1, a star 2.`
        )
      }
      const {
        ratingKey,
        title,
        userRating = null,
        year = null
      } = yield* Effect.flatMap(which.keyOfNamed(wanted), which.byKey)
      yield* plex.rate(ratingKey, rating)
      return { title, year, ratingKey, rating, before: userRating }
    })

    return RateTools.of({ rate_title: rate })
  })
)
