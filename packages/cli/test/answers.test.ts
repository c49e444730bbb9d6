/**
 * The ten questions and the write, through the real SDK and real HTTP, checked by meaning: which titles an answer must name,
 * and which it must not. What it shows of the model is a script's doing; what it shows of everything else is real.
 */
import { Cache } from "@callsheet/cache/Cache"
import { Approval } from "@callsheet/core/schedule/Approval"
import * as Demo from "@callsheet/testkit/demo/DemoLibrary"
import { recommendedFilms } from "@callsheet/testkit/demo/Nearness"
import * as Questions from "@callsheet/testkit/Questions"
import { instant, tokenCount } from "@callsheet/testkit/scripted/Timing"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"

import { clients } from "../src/Composition.ts"
import { mediaAgent } from "../src/MediaAgent.ts"
import * as StandIns from "../src/StandIns.ts"

const Household = Layer.unwrap(
  Effect.map(
    Effect.all([StandIns.services("none"), StandIns.model(instant)], { concurrency: 1 }),
    ([services, model]) => clients({ values: {}, unknownKeys: [] }, { ...services, ...model }, Cache.layerMemory())
  )
)

type Film = (typeof Demo.films)[number]

const name = ({ title, year }: Film) => `${title} (${year})`

/** The films of the catalogue that `text` names, by title and year. */
const named = (text: string) => Demo.films.filter((film) => text.includes(name(film)))

const mustName = (text: string, films: ReadonlyArray<Film>) => {
  assert.isAbove(films.length, 0, "the library gives the question nothing to answer")
  assert.deepStrictEqual(films.filter((film) => !text.includes(name(film))).map(name), [], `left out of: ${text}`)
}

/** Every film that `text` names fits. */
const mustFit = (text: string, fits: (film: Film) => boolean) =>
  assert.deepStrictEqual(
    named(text)
      .filter((film) => !fits(film))
      .map(name),
    [],
    `wrongly in: ${text}`
  )

const isUnwatched = (film: Film) => Demo.isOwned(film) && !Demo.isWatched(film)

const checks: Readonly<Record<string, (answer: string) => void>> = {
  "Show me recent movies": (answer) => {
    const newest = Demo.libraryFilms.toSorted((a, b) => b.addedAt - a.addedAt).slice(0, 5)
    mustName(
      answer,
      newest.map(({ film }) => film)
    )
    mustFit(answer, Demo.isOwned)
  },
  "What's on deck in Plex?": (answer) => {
    const titles = Demo.onDeck.map((item) => ("film" in item ? item.film.title : item.series.title))
    assert.isAbove(titles.length, 2)
    assert.deepStrictEqual(
      titles.slice(0, 5).filter((title) => !answer.includes(title)),
      [],
      answer
    )
  },
  "List my unwatched movies": (answer) => {
    assert.isAbove(named(answer).length, 4)
    mustFit(answer, isUnwatched)
    assert.include(answer, String(Demo.films.filter(isUnwatched).length))
  },
  "Search for Inception": (answer) => {
    mustName(
      answer,
      Demo.films.filter(({ tmdbId }) => tmdbId === 27_205)
    )
  },
  "What's downloading right now?": (answer) => {
    const downloads = [...Demo.filmDownloads, ...Demo.episodeDownloads].map(({ tmdbId }) => tmdbId)
    assert.include(answer, String(downloads.length))
    const titles = [...Demo.films, ...Demo.series].filter(({ tmdbId }) => downloads.includes(tmdbId))
    assert.isAbove(titles.filter(({ title }) => answer.includes(title)).length, 4)
  },
  "Find me horror movies from 2020-2023 with rating above 7.0": (answer) => {
    const fits = (film: Film) =>
      film.genres.includes("Horror") && film.year >= 2020 && film.year <= 2023 && film.voteAverage > 7
    assert.isAbove(Demo.films.filter((film) => film.genres.includes("Horror") && film.voteAverage <= 7).length, 0)
    mustName(answer, Demo.films.filter(fits))
    mustFit(answer, fits)
  },
  "Show me all the action movies in my Plex library that I haven't watched yet": (answer) => {
    const fits = (film: Film) => film.genres.includes("Action") && isUnwatched(film)
    mustName(answer, Demo.films.filter(fits))
    mustFit(answer, fits)
  },
  "Recommend something similar to The Matrix but more recent": (answer) => {
    const matrix = Demo.films.find(({ tmdbId }) => tmdbId === 603)
    assert.isDefined(matrix)
    if (matrix === undefined) return
    const nearest = recommendedFilms(matrix).filter(({ year }) => year > matrix.year)
    const isSequel = ({ title }: Film) => title.includes(matrix.title)
    mustName(answer, nearest.filter((film) => !isSequel(film)).slice(0, 3))
    mustFit(answer, (film) => film === matrix || nearest.includes(film))
  },
  "What are the most popular movies from 2023 that I don't have?": (answer) => {
    const fits = (film: Film) => film.year === 2023 && !Demo.isOwned(film)
    mustName(answer, Demo.films.filter(fits).slice(0, 5))
    mustFit(answer, fits)
    const [rest = "", best] = answer.split("The best rated of these")
    // What nobody asked for is the model's to say.
    if (best === undefined) return
    const ratings = named(rest).map(({ voteAverage }) => voteAverage)
    const isBest = ({ voteAverage }: Film) => voteAverage === Math.max(...ratings)
    assert.isAbove(ratings.filter((rating) => rating === Math.max(...ratings)).length, 1, "no tie to tell of")
    mustName(best, named(rest).filter(isBest))
    mustFit(best, isBest)
  },
  "Which Christopher Nolan films do I own but haven't watched, and which ones am I missing?": (answer) => {
    const nolan = Demo.films.filter(({ directors }) => directors.includes("Christopher Nolan"))
    const [owned = "", missing = ""] = answer.split(/missing|not in your library/i)
    mustName(owned, nolan.filter(isUnwatched))
    mustName(
      missing,
      nolan.filter((film) => !Demo.isOwned(film))
    )
    mustFit(answer, (film) => nolan.includes(film))
    mustFit(owned, isUnwatched)
  }
}

layer(Household, { excludeTestServices: true })("the answer to", (it) => {
  for (const question of [...Questions.simple, ...Questions.complex]) {
    it.effect(`"${question}" is true of the library`, () =>
      Effect.gen(function* () {
        const { answer, toolCalls } = yield* mediaAgent.ask(question)
        assert.isTrue(toolCalls.length > 0 && toolCalls.every(({ ok }) => ok))
        const check = checks[question]
        assert.isDefined(check)
        check?.(answer)
        const isSimple = Questions.simple.some((simple) => simple === question)
        assert.isAtLeast(tokenCount(answer), isSimple ? 60 : 120, answer)
      })
    )
  }

  const [write] = Questions.write

  it.effect(`"${write}" leaves Radarr alone without approval, and says so`, () =>
    Effect.gen(function* () {
      const { answer, toolCalls } = yield* mediaAgent.ask(write)
      assert.deepStrictEqual(
        toolCalls.map(({ name, ok }) => [name, ok]),
        [
          ["search_titles", true],
          ["add_movie", false]
        ]
      )
      assert.match(answer, /not (been )?added/)
    })
  )

  it.effect(`"${write}" adds the film once approved, and a second time finds it there`, () =>
    Effect.gen(function* () {
      const approved = Effect.provideService(mediaAgent.ask(write), Approval, () => Effect.succeed(true))
      const first = yield* approved
      assert.include(first.answer, "The Matrix (1999)")
      assert.isTrue(first.toolCalls.every(({ ok }) => ok))
      const second = yield* approved
      assert.deepStrictEqual(
        second.toolCalls.filter(({ ok }) => !ok).map(({ name }) => name),
        ["add_movie"]
      )
      assert.match(second.answer, /already/)
    })
  )
})
