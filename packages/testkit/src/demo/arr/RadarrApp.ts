/**
 * RadarrApp: the demo's Radarr, version 3 of its API. What is added, changed or removed lasts as long as the server.
 * Long because it is one table of routes over one state.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { type DemoApp, type DemoReply, type DemoRequest, type DemoRoute, get, json, wholeNumber } from "../DemoApp.ts"
import { filmDownloads, nowIso, today } from "../DemoLibrary.ts"
import { type Film, films } from "../Film.ts"
import { searchByName } from "../Nearness.ts"
import { addDays } from "../Series.ts"
import { arrDownloads } from "./ArrDownloads.ts"
import { decodeEditsOf, edited, unmatched } from "./ArrEdits.ts"
import { arrPast, grabbedAt, once } from "./ArrPast.ts"
import { type Failure, invalid, malformed, methodNotAllowed, notFound, paged, refuse } from "./ArrReply.ts"
import { type Command, qualityProfiles, systemRoutes } from "./ArrSystem.ts"
import {
  initialMovies,
  isCutoffUnmet,
  isReleased,
  movieResource,
  type RadarrMovie,
  radarrRootFolders,
  subjectOf
} from "./RadarrMovies.ts"

const MovieBody = Schema.Struct({
  title: Schema.optionalKey(Schema.NullOr(Schema.String)),
  tmdbId: Schema.optionalKey(Schema.Int),
  qualityProfileId: Schema.optionalKey(Schema.Int),
  rootFolderPath: Schema.optionalKey(Schema.NullOr(Schema.String)),
  monitored: Schema.optionalKey(Schema.Boolean),
  minimumAvailability: Schema.optionalKey(Schema.String),
  tags: Schema.optionalKey(Schema.Array(Schema.Int)),
  addOptions: Schema.optionalKey(Schema.Struct({ searchForMovie: Schema.optionalKey(Schema.Boolean) }))
})
type MovieBody = typeof MovieBody.Type
const decodeMovie = Schema.decodeUnknownOption(MovieBody)
const decodeEdits = decodeEditsOf("movieIds")

/** What is under way when the demo starts. */
const downloading = filmDownloads.flatMap((download, index) => {
  const movie = initialMovies.find(({ film }) => film.tmdbId === download.tmdbId)
  if (movie === undefined) return []
  const release = `${subjectOf(movie).release}.${download.quality}.DEMO`
  return [{ id: 700_001 + index, subjectId: movie.id, download, release, added: grabbedAt(index) }]
})

const past = once(() => arrPast("Radarr", initialMovies.map(subjectOf), downloading))

/** The root folder that is meant, whose slash at the end says nothing. */
const folderOf = (path: string | null | undefined) =>
  radarrRootFolders.find((folder) => folder === (path ?? "").replace(/\/$/, ""))

const rules = (body: MovieBody, isAdded: (tmdbId: number) => boolean): ReadonlyArray<Failure> => {
  const tmdbId = body.tmdbId ?? 0
  const profileId = body.qualityProfileId ?? 0
  const folder = body.rootFolderPath ?? ""
  return [
    ...((body.title ?? "") === ""
      ? [{ propertyName: "Title", errorMessage: "'Title' must not be empty.", errorCode: "NotEmptyValidator" }]
      : []),
    ...(tmdbId === 0
      ? [
          {
            propertyName: "TmdbId",
            errorMessage: "'Tmdb Id' must not be empty.",
            errorCode: "NotEmptyValidator",
            attemptedValue: 0
          }
        ]
      : isAdded(tmdbId)
        ? [
            {
              propertyName: "TmdbId",
              errorMessage: "This movie has already been added",
              errorCode: "MovieExistsValidator",
              attemptedValue: tmdbId
            }
          ]
        : []),
    ...(qualityProfiles.some((profile) => profile.id === profileId)
      ? []
      : [
          profileId === 0
            ? {
                propertyName: "QualityProfileId",
                errorMessage: "'Quality Profile Id' must be greater than '0'.",
                errorCode: "GreaterThanValidator",
                attemptedValue: profileId
              }
            : {
                propertyName: "QualityProfileId",
                errorMessage: "Quality Profile does not exist",
                errorCode: "QualityProfileExistsValidator",
                attemptedValue: profileId
              }
        ]),
    ...(folderOf(folder) !== undefined
      ? []
      : [
          folder === ""
            ? {
                propertyName: "RootFolderPath",
                errorMessage: "'Root Folder Path' must not be empty.",
                errorCode: "NotEmptyValidator",
                attemptedValue: folder
              }
            : {
                propertyName: "RootFolderPath",
                errorMessage: `Root folder '${folder}' does not exist`,
                errorCode: "RootFolderExistsValidator",
                attemptedValue: folder
              }
        ])
  ]
}

const lookUp = (term: string): ReadonlyArray<Film> => {
  const [scheme = "", id = ""] = term.split(":")
  if (scheme === "tmdb" || scheme === "tmdbid") return films.filter((film) => String(film.tmdbId) === id.trim())
  if (scheme === "imdb" || scheme === "imdbid") return films.filter((film) => film.imdbId === id.trim())
  const year = / \(?(\d{4})\)?$/.exec(term)
  const named = (query: string) =>
    searchByName(
      films,
      query,
      (film) => film.title,
      (film) => film.popularity
    )
  const found = year === null ? [] : named(term.slice(0, year.index)).filter((film) => String(film.year) === year[1])
  return found.length > 0 ? found : named(term)
}

const routes = (): ReadonlyArray<DemoRoute> => {
  const movies = new Map(initialMovies.map((movie) => [movie.id, movie]))
  const byTmdbId = (tmdbId: number): RadarrMovie | undefined =>
    [...movies.values()].find((movie) => movie.film.tmdbId === tmdbId)
  const resource = (movie: RadarrMovie) => movieResource(movie.film, movie)
  const looked = (film: Film) => movieResource(film, byTmdbId(film.tmdbId))
  const all = () => [...movies.values()]
  const downloads = arrDownloads({
    app: "Radarr",
    queue: downloading,
    past,
    subject: (id) => {
      const movie = movies.get(id)
      return movie && subjectOf(movie)
    },
    refer: (id, request, list) => {
      const movie = movies.get(id)
      const isIncluded = list === "blocklist" || request.query.get("includeMovie")?.toLowerCase() === "true"
      return { movieId: id, ...(isIncluded && movie !== undefined ? { movie: resource(movie) } : {}) }
    },
    isWanted: (id) => {
      const movie = movies.get(id)
      return movie !== undefined && isReleased(movie) && (movie.file === undefined || isCutoffUnmet(movie))
    }
  })

  const idsOf = (test: (movie: RadarrMovie) => boolean) =>
    all()
      .filter((movie) => movie.monitored && test(movie))
      .map(({ id }) => id)
  const isMissing = ({ file }: RadarrMovie) => file === undefined

  const run = ({ movieIds = [], name }: Command) => {
    if (name === "MoviesSearch") downloads.search(movieIds)
    if (name === "MissingMoviesSearch") downloads.search(idsOf(isMissing))
    if (name === "CutoffUnmetMoviesSearch") downloads.search(idsOf(isCutoffUnmet))
  }

  const withMovie =
    (reply: (movie: RadarrMovie, request: DemoRequest) => DemoReply) =>
    (request: DemoRequest): DemoReply => {
      const movie = movies.get(wholeNumber(request.params["id"]) ?? -1)
      return movie === undefined ? notFound : reply(movie, request)
    }

  const add = (request: DemoRequest): DemoReply =>
    Option.match(decodeMovie(request.body), {
      onNone: () => malformed("$", "body"),
      onSome: (body) => {
        const failures = rules(body, (tmdbId) => byTmdbId(tmdbId) !== undefined)
        if (failures.length > 0) return invalid(failures)
        const film = films.find((entry) => entry.tmdbId === body.tmdbId)
        if (film === undefined) {
          return invalid([
            {
              propertyName: "TmdbId",
              errorMessage: "A movie with this ID was not found.",
              errorCode: "MovieNotFound",
              attemptedValue: body.tmdbId
            }
          ])
        }
        const movie: RadarrMovie = {
          id: Math.max(0, ...movies.keys()) + 1,
          film,
          monitored: body.monitored ?? true,
          qualityProfileId: body.qualityProfileId ?? 1,
          rootFolderPath: folderOf(body.rootFolderPath) ?? radarrRootFolders[0],
          minimumAvailability: body.minimumAvailability ?? "announced",
          tags: body.tags ?? [],
          added: nowIso,
          file: undefined
        }
        movies.set(movie.id, movie)
        if (body.addOptions?.searchForMovie === true) downloads.search([movie.id])
        return json(resource(movie), 201)
      }
    })

  const edit = withMovie((movie, request) =>
    Option.match(decodeMovie(request.body), {
      onNone: () => malformed("$", "body"),
      onSome: (body) => {
        const changed: RadarrMovie = {
          ...movie,
          monitored: body.monitored ?? movie.monitored,
          qualityProfileId: body.qualityProfileId ?? movie.qualityProfileId,
          minimumAvailability: body.minimumAvailability ?? movie.minimumAvailability,
          tags: body.tags ?? movie.tags
        }
        movies.set(movie.id, changed)
        return json(resource(changed), 202)
      }
    })
  )

  const editAll = (request: DemoRequest): DemoReply =>
    Option.match(decodeEdits(request.body), {
      onNone: () => malformed("$", "body"),
      onSome: (edits) => {
        const meant = edits.ids.flatMap((id) => movies.get(id) ?? [])
        if (meant.length < edits.ids.length) return unmatched(edits.ids.length, meant.length)
        for (const movie of meant) movies.set(movie.id, { ...movie, ...edited(movie, edits) })
        return json(meant.flatMap(({ id }) => movies.get(id) ?? []).map(resource), 202)
      }
    })

  const remove = withMovie((movie) => {
    movies.delete(movie.id)
    return json({})
  })

  const calendar = (request: DemoRequest): DemoReply => {
    const start = (request.query.get("start") ?? today).slice(0, 10)
    const end = (request.query.get("end") ?? addDays(today, 7)).slice(0, 10)
    const isWithin = (date: string) => date.slice(0, 10) >= start && date.slice(0, 10) <= end
    return json(
      all()
        .filter((movie) => movie.monitored || request.query.get("unmonitored") === "true")
        .map(resource)
        .filter((movie) => [movie.inCinemas, movie.digitalRelease, movie.physicalRelease].some(isWithin))
    )
  }

  const wanted = (request: DemoRequest, test: (movie: RadarrMovie) => boolean) => {
    const isMonitored = request.query.get("monitored") !== "false"
    return all().filter((movie) => movie.monitored === isMonitored && test(movie))
  }

  const movieSort = {
    title: (movie: RadarrMovie) => movie.film.title,
    year: (movie: RadarrMovie) => movie.film.year,
    "movieMetadata.sortTitle": (movie: RadarrMovie) => movie.film.title,
    "movies.lastSearchTime": (movie: RadarrMovie) => movie.id,
    id: (movie: RadarrMovie) => movie.id
  }

  const write = (
    method: "POST" | "PUT" | "DELETE",
    path: string,
    reply: (request: DemoRequest) => DemoReply
  ): DemoRoute => ({ method, path, handle: (request) => Effect.sync(() => reply(request)) })

  return [
    get("/api/v3/movie", (request) => {
      const text = request.query.get("tmdbId")
      if (text === null) return json(all().map(resource))
      const tmdbId = wholeNumber(text)
      if (tmdbId === undefined) return malformed("tmdbId", text)
      return json(
        all()
          .filter((movie) => movie.film.tmdbId === tmdbId)
          .map(resource)
      )
    }),
    write("POST", "/api/v3/movie", add),
    get("/api/v3/movie/lookup", (request) => json(lookUp(request.query.get("term") ?? "").map(looked))),
    get("/api/v3/movie/lookup/tmdb", (request) => {
      const text = request.query.get("tmdbId") ?? ""
      const tmdbId = wholeNumber(text)
      if (tmdbId === undefined) return malformed("tmdbId", text)
      const film = films.find((entry) => entry.tmdbId === tmdbId)
      return film === undefined
        ? json({ message: `Movie with tmdbId ${tmdbId} was not found, it may have been removed from TMDb.` }, 404)
        : json(looked(film))
    }),
    get(
      "/api/v3/movie/{id}",
      withMovie((movie) => json(resource(movie)))
    ),
    write("PUT", "/api/v3/movie/editor", editAll),
    write("PUT", "/api/v3/movie/{id}", edit),
    write("DELETE", "/api/v3/movie/{id}", remove),
    ...downloads.routes,
    get("/api/v3/calendar", calendar),
    get("/api/v3/wanted/missing", (request) =>
      paged(request, wanted(request, isMissing), resource, movieSort, { key: "title", direction: "ascending" })
    ),
    get("/api/v3/wanted/cutoff", (request) =>
      paged(request, wanted(request, isCutoffUnmet), resource, movieSort, { key: "title", direction: "ascending" })
    ),
    ...systemRoutes({ appName: "Radarr", version: "5.18.4.9674", rootFolders: radarrRootFolders, run })
  ]
}

/** The demo's Radarr with the state it starts from. It takes `apiKey` as `X-Api-Key` or as `apikey` in the query. */
export const radarrApp = (apiKey: string): DemoApp => ({
  service: "radarr",
  routes: routes(),
  refuse: refuse(apiKey),
  notFound,
  methodNotAllowed,
  malformedBody: malformed("$", "body")
})
