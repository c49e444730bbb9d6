/**
 * TmdbProviders: where titles can be watched, by country. The services are true, what each of them has follows from the
 * seed; a series is at home where its network streams.
 */
import { today } from "../DemoLibrary.ts"
import type { Film } from "../Film.ts"
import { unit } from "../Seeded.ts"
import { addDays, type Series } from "../Series.ts"

type Provider = readonly [id: number, name: string]

const countries = ["AU", "CA", "DE", "ES", "FR", "GB", "IT", "US"]

const streaming: ReadonlyArray<Provider> = [
  [8, "Netflix"],
  [9, "Amazon Prime Video"],
  [337, "Disney Plus"],
  [531, "Paramount Plus"],
  [1899, "Max"],
  [350, "Apple TV+"],
  [11, "MUBI"]
]

const stores: ReadonlyArray<Provider> = [
  [2, "Apple TV"],
  [3, "Google Play Movies"],
  [10, "Amazon Video"]
]

const withAdverts: ReadonlyArray<Provider> = [[73, "Tubi TV"]]

/** Networks that stream everywhere by themselves. */
const homes: Readonly<Record<string, Provider>> = {
  Netflix: [8, "Netflix"],
  HBO: [1899, "Max"],
  "Apple TV+": [350, "Apple TV+"],
  "Disney+": [337, "Disney Plus"],
  "Prime Video": [9, "Amazon Prime Video"]
}

const record = ([provider_id, provider_name]: Provider, index: number) => ({
  logo_path: null,
  provider_id,
  provider_name,
  display_priority: index + 1
})

const offer = (name: string, providers: ReadonlyArray<Provider>) =>
  providers.length === 0 ? {} : { [name]: providers.map(record) }

const drawn = (providers: ReadonlyArray<Provider>, share: number, ...parts: ReadonlyArray<string | number>) =>
  providers.filter(([id]) => unit("provider", id, ...parts) < share)

const byCountry = (path: string, offersIn: (country: string) => object) =>
  Object.fromEntries(
    countries.flatMap((country) => {
      const offers = offersIn(country)
      return Object.keys(offers).length === 0
        ? []
        : [[country, { link: `https://www.themoviedb.org/${path}/watch?locale=${country}`, ...offers }]]
    })
  )

/** Of what has been out for a month and a half; before that a film runs in cinemas alone. */
export const filmProviders = ({ releasedOn, tmdbId }: Film) => ({
  id: tmdbId,
  results: byCountry(`movie/${tmdbId}`, (country) =>
    releasedOn > addDays(today, -45)
      ? {}
      : {
          ...offer("flatrate", drawn(streaming, 0.22, "movie", tmdbId, country)),
          ...offer("ads", drawn(withAdverts, 0.1, "movie", tmdbId, country)),
          ...offer("rent", drawn(stores, 0.7, "rent", tmdbId, country)),
          ...offer("buy", drawn(stores, 0.8, "buy", tmdbId, country))
        }
  )
})

export const seriesProviders = ({ network, tmdbId }: Series) => {
  const home = homes[network]
  return {
    id: tmdbId,
    results: byCountry(`tv/${tmdbId}`, (country) => ({
      ...offer("flatrate", home === undefined ? drawn(streaming, 0.25, "tv", tmdbId, country) : [home]),
      ...offer("buy", drawn(stores, 0.5, "tv", tmdbId, country))
    }))
  }
}
