/**
 * TmdbRecords: what TMDb answers with, as far as anything here looks at it.
 */
import * as Schema from "effect/Schema"

const text = Schema.optionalKey(Schema.NullOr(Schema.String))
const number = Schema.optionalKey(Schema.NullOr(Schema.Finite))

/** A film or series in a list. Films have `title` and `release_date`, series `name` and `first_air_date`; dates may be "". */
const common = {
  id: Schema.Int,
  title: text,
  name: text,
  release_date: text,
  first_air_date: text,
  overview: text,
  popularity: number,
  vote_average: number,
  vote_count: number
}
export const Entry = Schema.Struct({
  ...common,
  genre_ids: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Int)))
})
export type Entry = typeof Entry.Type

export const Genre = Schema.Struct({ id: Schema.Int, name: Schema.String })
export type Genre = typeof Genre.Type

export const Person = Schema.Struct({ id: Schema.Int, name: Schema.String, popularity: number })
export type Person = typeof Person.Type

export const page = <A extends Schema.Constraint>(item: A) =>
  Schema.Struct({ results: Schema.Array(item), total_pages: Schema.Int, total_results: Schema.Int })

/** At most twenty entries; `total` and `pages` count the whole list. */
export const Entries = Schema.Struct({ items: Schema.Array(Entry), total: Schema.Int, pages: Schema.Int })
export type Entries = typeof Entries.Type

export const EntriesPage = page(Entry)
export const entries = ({ results, total_pages, total_results }: typeof EntriesPage.Type): Entries => ({
  items: results,
  total: total_results,
  pages: total_pages
})

const people = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct({
    cast: Schema.optionalKey(Schema.Array(Schema.Struct(fields))),
    crew: Schema.optionalKey(Schema.Array(Schema.Struct({ ...fields, job: text })))
  })

export const Credits = people(Entry.fields)
export type Credits = typeof Credits.Type

export const Details = Schema.Struct({
  ...common,
  genres: Schema.optionalKey(Schema.Array(Genre)),
  runtime: number,
  episode_run_time: Schema.optionalKey(Schema.Array(Schema.Finite)),
  /** The series of films that a film is part of. */
  belongs_to_collection: Schema.optionalKey(Schema.NullOr(Schema.Struct({ id: Schema.Int, name: Schema.String }))),
  created_by: Schema.optionalKey(Schema.Array(Schema.Struct({ name: Schema.String }))),
  credits: Schema.optionalKey(people({ name: Schema.String, order: number }))
})
export type Details = typeof Details.Type

/** A person's own record. Dates are ISO dates. */
export const PersonDetails = Schema.Struct({
  id: Schema.Int,
  name: Schema.String,
  biography: text,
  birthday: text,
  deathday: text,
  place_of_birth: text,
  known_for_department: text
})
export type PersonDetails = typeof PersonDetails.Type

/** Several films that belong together, as a list names them. */
export const Collection = Schema.Struct({ id: Schema.Int, name: Schema.String })
export type Collection = typeof Collection.Type

/** With all its films. */
export const CollectionDetails = Schema.Struct({ ...Collection.fields, overview: text, parts: Schema.Array(Entry) })
export type CollectionDetails = typeof CollectionDetails.Type

const services = Schema.optionalKey(Schema.Array(Schema.Struct({ provider_name: Schema.String })))

/** Where a title can be watched in one country, by what it costs there. */
export const Offers = Schema.Struct({
  link: text,
  flatrate: services,
  free: services,
  ads: services,
  rent: services,
  buy: services
})
export type Offers = typeof Offers.Type

/** By country, in two capital letters. */
export const Providers = Schema.Record(Schema.String, Offers)
export type Providers = typeof Providers.Type
