/**
 * PlexExtras: what lies beside a film or series: a trailer, and for some what was filmed around it. Which ones, follows from
 * the seed.
 */
import { between, unit } from "../Seeded.ts"
import type { PlexItem } from "./PlexItems.ts"

const kinds = [
  { subtype: "trailer", title: "Trailer", share: 0.9, seconds: [90, 160] },
  { subtype: "behindTheScenes", title: "Behind the scenes", share: 0.4, seconds: [240, 1500] },
  { subtype: "deletedScene", title: "Deleted scene", share: 0.25, seconds: [40, 300] },
  { subtype: "interview", title: "Interview", share: 0.2, seconds: [180, 900] }
] as const

/** The extras of `item` in Plex's shape; seasons and episodes have none. */
export const extrasOf = (item: PlexItem): ReadonlyArray<object> => {
  if (item.type !== "movie" && item.type !== "show") return []
  const { addedAt } = item.of
  return kinds.flatMap(({ seconds: [least, most], share, subtype, title }, index) => {
    if (unit("extra", item.ratingKey, subtype) >= share) return []
    const ratingKey = 1_000_000 + item.ratingKey * 10 + index
    return [
      {
        ratingKey: String(ratingKey),
        key: `/library/metadata/${ratingKey}`,
        type: "clip",
        subtype,
        extraType: index + 1,
        title,
        summary: "",
        duration: between(least, most, "extra length", ratingKey) * 1000,
        addedAt,
        index: index + 1
      }
    ]
  })
}
