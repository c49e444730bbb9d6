/**
 * Subject: the film or the episode that an entry of Radarr or Sonarr is about, as the tools tell it.
 */
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"

export const fields = {
  title: Schema.String,
  kind: Schema.Literals(["movie", "episode"]),
  series: Schema.NullOr(Schema.String),
  season: Schema.NullOr(Schema.Int),
  episode: Schema.NullOr(Schema.Int)
}
const Subject = Schema.Struct(fields)
type Subject = typeof Subject.Type

interface Titled {
  readonly title?: string | null | undefined
}

interface Numbered extends Titled {
  readonly seasonNumber?: number | undefined
  readonly episodeNumber?: number | undefined
}

/** `release` stands in for the title of a film that Radarr cannot name. */
export const ofMovie = (movie: Titled | null | undefined, release?: string | null): Subject => ({
  title: movie?.title ?? release ?? "(unknown film)",
  kind: "movie",
  series: null,
  season: null,
  episode: null
})

export const ofEpisode = (
  series: Titled | null | undefined,
  episode: Numbered | null | undefined,
  release?: string | null
): Subject => ({
  title: episode?.title ?? release ?? "(unknown episode)",
  kind: "episode",
  series: series?.title ?? null,
  season: episode?.seasonNumber ?? null,
  episode: episode?.episodeNumber ?? null
})

export const byTitle: Order.Order<Titled> = Order.mapInput(Order.String, ({ title }) => (title ?? "").toLowerCase())
