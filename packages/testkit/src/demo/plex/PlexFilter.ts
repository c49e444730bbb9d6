/**
 * PlexFilter: Plex's query language of lists: `field` and an operator, as in `year>=2000` or `genre=190,98`
 * (either), and `sort=addedAt:desc`. Genres, directors and actors are given by the ids of their tags, never by name. A parameter
 * that is no field of the library is ignored, as the server does. Long because its table names every field that lists know.
 */
import { tagId, type PlexItem, type TagKind } from "./PlexItems.ts"

interface Facts {
  readonly title: string
  readonly titleSort: string
  readonly year: number
  readonly rating: number
  readonly contentRating: string
  readonly addedAt: number
  readonly lastViewedAt: number
  readonly releasedOn: string
  readonly viewCount: number
  readonly durationMillis: number
  readonly isUnwatched: boolean
  readonly isInProgress: boolean
  readonly resolution: string
  readonly hdr: boolean
  readonly genres: ReadonlyArray<string>
  readonly directors: ReadonlyArray<string>
  readonly actors: ReadonlyArray<string>
  readonly studio: string
}

const sortTitle = (title: string): string => title.replace(/^(The|A|An) /, "").toLowerCase()

const none = { resolution: "", hdr: false, genres: [], directors: [], actors: [], studio: "" }

/** What the filters and sorts ask of an item. */
const factsOf = (item: PlexItem): Facts => {
  switch (item.type) {
    case "movie": {
      const { film } = item.of
      return {
        title: film.title,
        titleSort: sortTitle(film.title),
        year: film.year,
        rating: film.voteAverage,
        contentRating: film.certificate,
        addedAt: item.of.addedAt,
        lastViewedAt: item.of.lastViewedAt ?? 0,
        releasedOn: film.releasedOn,
        viewCount: item.of.viewCount,
        durationMillis: film.runtimeMinutes * 60_000,
        isUnwatched: item.of.viewCount === 0,
        isInProgress: item.of.viewOffsetMillis > 0,
        resolution: item.of.file.resolution,
        hdr: item.of.file.hdr,
        genres: film.genres,
        directors: film.directors,
        actors: film.cast,
        studio: ""
      }
    }
    case "show": {
      const { series } = item.of
      const episodes = item.of.seasons.flatMap((season) => season.episodes)
      return {
        ...none,
        title: series.title,
        titleSort: sortTitle(series.title),
        year: series.year,
        rating: series.voteAverage,
        contentRating: series.certificate,
        addedAt: item.of.addedAt,
        lastViewedAt: Math.max(0, ...episodes.map((episode) => episode.lastViewedAt ?? 0)),
        releasedOn: series.firstAiredOn,
        viewCount: episodes.filter((episode) => episode.viewCount > 0).length,
        durationMillis: series.runtimeMinutes * 60_000,
        isUnwatched: episodes.some((episode) => episode.viewCount === 0),
        isInProgress:
          episodes.some((episode) => episode.viewCount > 0 || episode.viewOffsetMillis > 0) &&
          episodes.some((episode) => episode.viewCount === 0),
        genres: series.genres,
        actors: series.cast,
        studio: series.network
      }
    }
    case "season": {
      const first = item.of.episodes[0]
      return {
        ...none,
        title: `Season ${item.of.season}`,
        titleSort: `season ${String(item.of.season).padStart(3, "0")}`,
        year: Number((first?.episode.airedOn ?? "0").slice(0, 4)),
        rating: item.show.series.voteAverage,
        contentRating: item.show.series.certificate,
        addedAt: first?.addedAt ?? 0,
        lastViewedAt: 0,
        releasedOn: first?.episode.airedOn ?? "",
        viewCount: item.of.episodes.filter((episode) => episode.viewCount > 0).length,
        durationMillis: 0,
        isUnwatched: item.of.episodes.some((episode) => episode.viewCount === 0),
        isInProgress: false
      }
    }
    case "episode": {
      const { episode } = item.of
      return {
        ...none,
        title: episode.title,
        titleSort: `${sortTitle(item.show.series.title)} ${String(episode.season).padStart(3, "0")} ${String(episode.episode).padStart(3, "0")}`,
        year: Number(episode.airedOn.slice(0, 4)),
        rating: item.show.series.voteAverage,
        contentRating: item.show.series.certificate,
        addedAt: item.of.addedAt,
        lastViewedAt: item.of.lastViewedAt ?? 0,
        releasedOn: episode.airedOn,
        viewCount: item.of.viewCount,
        durationMillis: item.show.series.runtimeMinutes * 60_000,
        isUnwatched: item.of.viewCount === 0,
        isInProgress: item.of.viewOffsetMillis > 0,
        resolution: item.of.file.resolution,
        hdr: item.of.file.hdr,
        actors: item.show.series.cast
      }
    }
  }
}

type Test = (facts: Facts, operator: string, value: string) => boolean

const compare = (have: number, operator: string, value: string): boolean => {
  const wanted = value.split(",").map(Number)
  const [first = Number.NaN] = wanted
  switch (operator) {
    case ">":
      return have >= first
    case "<":
      return have <= first
    case ">>":
      return have > first
    case "<<":
      return have < first
    case "!":
      return !wanted.includes(have)
    default:
      return wanted.includes(have)
  }
}

const oneOf =
  (keysOf: (facts: Facts) => ReadonlyArray<string>): Test =>
  (facts, operator, value) => {
    const wanted = new Set(value.split(",").map((part) => part.trim().toLowerCase()))
    return keysOf(facts).some((key) => wanted.has(key.toLowerCase())) !== (operator === "!")
  }

const tagsOf: Readonly<Record<TagKind, (facts: Facts) => ReadonlyArray<string>>> = {
  genre: (facts) => facts.genres,
  director: (facts) => facts.directors,
  actor: (facts) => facts.actors
}

/** The names of all tags of a kind that `items` bear, each once, by name. */
export const tagNames = (kind: TagKind, items: ReadonlyArray<PlexItem>): ReadonlyArray<string> =>
  [...new Set(items.flatMap((item) => tagsOf[kind](factsOf(item))))].sort((a, b) => (a < b ? -1 : 1))

const tagged = (kind: TagKind): Test => oneOf((facts) => tagsOf[kind](facts).map((name) => String(tagId(kind, name))))

const flag =
  (of: (facts: Facts) => boolean): Test =>
  (facts, operator, value) =>
    of(facts) === ((value === "1") !== (operator === "!"))

const text =
  (of: (facts: Facts) => string): Test =>
  (facts, operator, value) => {
    const have = of(facts).toLowerCase()
    const wanted = value.toLowerCase()
    if (operator === "=") return have === wanted
    return have.includes(wanted) !== (operator === "!")
  }

/** Times may be seconds since 1970 or a date. */
const moment =
  (of: (facts: Facts) => number): Test =>
  (facts, operator, value) =>
    compare(of(facts), operator, /^\d+$/.test(value) ? value : String(Date.parse(value) / 1000))

const fields: Readonly<Record<string, Test>> = {
  title: text((facts) => facts.title),
  studio: text((facts) => facts.studio),
  year: (facts, operator, value) => compare(facts.year, operator, value),
  decade: (facts, operator, value) => compare(Math.floor(facts.year / 10) * 10, operator, value),
  audienceRating: (facts, operator, value) => compare(facts.rating, operator, value),
  rating: (facts, operator, value) => compare(facts.rating, operator, value),
  duration: (facts, operator, value) => compare(facts.durationMillis, operator, value),
  viewCount: (facts, operator, value) => compare(facts.viewCount, operator, value),
  addedAt: moment((facts) => facts.addedAt),
  lastViewedAt: moment((facts) => facts.lastViewedAt),
  originallyAvailableAt: moment((facts) => Date.parse(facts.releasedOn) / 1000),
  genre: tagged("genre"),
  director: tagged("director"),
  actor: tagged("actor"),
  contentRating: oneOf((facts) => [facts.contentRating]),
  resolution: oneOf((facts) => [facts.resolution]),
  hdr: flag((facts) => facts.hdr),
  unwatched: flag((facts) => facts.isUnwatched),
  unwatchedLeaves: flag((facts) => facts.isUnwatched),
  inProgress: flag((facts) => facts.isInProgress)
}

const sortKeys: Readonly<Record<string, (facts: Facts) => string | number>> = {
  titleSort: (facts) => facts.titleSort,
  title: (facts) => facts.titleSort,
  year: (facts) => facts.year,
  audienceRating: (facts) => facts.rating,
  rating: (facts) => facts.rating,
  addedAt: (facts) => facts.addedAt,
  lastViewedAt: (facts) => facts.lastViewedAt,
  originallyAvailableAt: (facts) => facts.releasedOn,
  viewCount: (facts) => facts.viewCount,
  duration: (facts) => facts.durationMillis
}

/** Reads one query key: `year>` is the field `year` with the operator `>`. */
const readKey = (key: string): readonly [field: string, operator: string] => {
  const found = /^(?:[a-z]+\.)?([A-Za-z]+)(>>|<<|[><!=]?)$/.exec(key)
  return [found?.[1] ?? "", found?.[2] ?? ""]
}

/** Those of `items` that the query's filters let through, in the order of its `sort` (by title, unless asked). */
export const filterItems = (items: ReadonlyArray<PlexItem>, query: URLSearchParams): ReadonlyArray<PlexItem> => {
  const tests = [...query].flatMap(([key, value]) => {
    const [field, operator] = readKey(key)
    const test = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (test === undefined) return []
    // `title==Heat` reaches us as the key `title` with the value `=Heat`.
    const isExact = operator === "" && value.startsWith("=")
    return [(facts: Facts) => (isExact ? test(facts, "=", value.slice(1)) : test(facts, operator, value))]
  })
  const orders = (query.get("sort") ?? "titleSort").split(",").map((part) => {
    const [name = "", direction = "asc"] = part.replace(/^[a-z]+\./, "").split(":")
    const key = (Object.hasOwn(sortKeys, name) ? sortKeys[name] : undefined) ?? ((facts: Facts) => facts.titleSort)
    return { key, sign: direction === "desc" ? -1 : 1 }
  })
  return items
    .map((item) => ({ item, facts: factsOf(item) }))
    .filter(({ facts }) => tests.every((test) => test(facts)))
    .sort((a, b) => {
      for (const { key, sign } of orders) {
        const [x, y] = [key(a.facts), key(b.facts)]
        if (x !== y) return x < y ? -sign : sign
      }
      return a.item.ratingKey - b.item.ratingKey
    })
    .map(({ item }) => item)
}
