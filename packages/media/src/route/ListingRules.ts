/**
 * ListingRules: how one asks for titles by what they are: which, of what kind, genre, time, person and rating, watched or not,
 * owned or not, and in which order.
 */
import type { Rules } from "./Pattern.ts"
import type { Reading } from "./Reading.ts"

/** TMDb's names of genres, and the words for them. As nouns in the plural they stand for films. */
const genres: Readonly<Record<string, readonly [adjective: string, plural?: string]>> = {
  Action: ["action"],
  Adventure: ["adventure", "adventures"],
  Animation: ["animation|animated", "animations"],
  Comedy: ["comedy", "comedies"],
  Crime: ["crime"],
  Documentary: ["documentary", "documentaries"],
  Drama: ["drama", "dramas"],
  Family: ["family"],
  Fantasy: ["fantasy"],
  History: ["history|historical"],
  Horror: ["horror"],
  Music: ["music|musical", "musicals"],
  Mystery: ["mystery", "mysteries"],
  Romance: ["romance|romantic", "romances"],
  "Science Fiction": ["science fiction|sci fi|scifi|sf"],
  Thriller: ["thriller", "thrillers"],
  War: ["war"],
  Western: ["western", "westerns"]
}

const genreRules = Object.entries(genres).map(
  ([name, [words]]) => [words, { genres: [name] }] satisfies readonly [string, Reading]
)
const genrePlurals = Object.entries(genres).flatMap(([name, [, plural]]) =>
  plural === undefined ? [] : [[plural, { genres: [name], kind: "movie" }] satisfies readonly [string, Reading]]
)

export const listingRules = {
  listing: [
    ["<ask>? <titles>", { intent: "titles" }],
    ["(what|which) <of-mine>? <titles>", { intent: "titles" }],
    ["(what|which) (all)? <after> <after>*", { intent: "titles", kind: "any" }],
    ["(do|have) (i|we) <already>? (have|own|got) <some-titles>", { intent: "titles", owned: true }],
    ["(got|have) (i|we)? any <some-titles>", { intent: "titles", owned: true }],
    ["(does|do) <lib> (have|contain|include|hold) <some-titles>", { intent: "titles", owned: true }],
    ["(search|check|look (in|through)|browse|go through) <lib> for <titles>", { intent: "titles", owned: true }],
    ["(in|on|from) <lib> ,? <listing>", { owned: true }],
    ["the total number of <titles>", { intent: "count" }],
    ["how many <of-mine>? <titles>", { intent: "count" }],
    ["(count|the number of|number of|what is the number of) <titles>", { intent: "count" }],
    ["(what|which) is new (<in> <lib>)", { intent: "titles", kind: "any", sort: "added", owned: true }],
    [
      "(what|which) did (i|we) add (recently|lately|last)",
      { intent: "titles", kind: "any", sort: "added", owned: true }
    ],
    ["<ask>? <person> 's? filmography <after>*", { intent: "titles", kind: "movie" }],
    ["<ask>? (the)? filmography of <person> <after>*", { intent: "titles", kind: "movie" }],
    ["in (what|which) <titles>", { intent: "titles" }],
    [
      "recently added|what is the (latest|newest) <in> <lib>",
      { intent: "titles", kind: "any", sort: "added", owned: true }
    ],
    [
      "(anything|is there anything|do we have anything) new <in> <lib>",
      { intent: "titles", kind: "any", sort: "added", owned: true }
    ],
    [
      "(what (is|was))? the (last|latest|newest|most recent) (movie|film) (added (<in> <lib>)?|<in> <lib>)",
      { intent: "titles", kind: "movie", sort: "added", owned: true, limit: 1 }
    ],
    ["<ask>? (my|our|the)? (unwatched|unseen) (list|ones)?", { intent: "titles", kind: "any", watched: false }]
  ],
  titles: [
    ["(every|each) <before>* <one> <after>*", { isAll: true }],
    ["<det>? <before>* <head> <after>*"],
    ["<det>? <before>* <additions> <after>*", { kind: "any", sort: "added", owned: true }]
  ],
  // Whether one has all of them, or which ones, is not told by those that one has.
  "some-titles": [
    ["(any|some|a few)? <before>* <some-head> <after>*"],
    ["(any|some|a few)? <before>* <additions> <after>*", { kind: "any", sort: "added", owned: true }]
  ],
  "of-mine": [["of (my|our) (own)?", { owned: true }], ["of the"]],
  one: [
    ["movie|film", { kind: "movie" }],
    ["(tv)? (series|show)", { kind: "series" }]
  ],
  det: [
    ["the|any|some|a few"],
    ["all|all the|all of the|all of", { isAll: true }],
    ["my|our", { owned: true }],
    ["all my|all our|all of my|all of our", { owned: true, isAll: true }]
  ],
  head: [
    ["<some-head>"],
    ["everything", { kind: "any" }],
    ["(movie|film) (collection|library)", { kind: "movie", owned: true }],
    ["(movie|film) (list|titles)", { kind: "movie" }],
    ["tv (collection|library)", { kind: "series", owned: true }],
    ["collection", { kind: "any" }]
  ],
  "some-head": [
    ["movies|films|flicks", { kind: "movie" }],
    ["(tv)? (series|shows)|tv programs", { kind: "series" }],
    ["titles|things|stuff|anything", { kind: "any" }],
    ["<genre>", { kind: "any" }],
    ["<genre-plural>"],
    ["romcoms|rom coms", { genres: ["Romance", "Comedy"], kind: "movie" }]
  ],
  before: [
    ["<count>"],
    ["last <count>?", { sort: "new" }],
    ["<genre>"],
    ["romcom|rom com", { genres: ["Romance", "Comedy"] }],
    ["<period>|<span>"],
    ["pre <earlier>|post <later>"],
    ["<person> 's?"],
    ["<added-before>"],
    ["new|newest|latest", { sort: "new" }],
    ["best|top rated|highest rated|best rated", { sort: "rating" }],
    ["top <count>? (best|highest|top) rated", { sort: "rating" }],
    ["<rating> + rated"],
    ["top <count>?", { sort: "top" }],
    ["most? popular", { sort: "popularity" }],
    ["still? (unwatched|unseen|unplayed)|(not|never) (yet)? (watched|seen)", { watched: false }],
    ["already? (watched|seen)", { watched: true }],
    ["already? owned", { owned: true }]
  ],
  "added-before": [
    ["most? recent|(most recently|recently|newly|lately|just|last) added", { sort: "added", owned: true }]
  ],
  additions: [["(additions|arrivals) (<in> <lib>)?"]],
  genre: genreRules,
  "genre-plural": genrePlurals,
  already: [["already|currently|still|yet"]],
  which: [["(that|which) (are|is|were|was)?|are|is|were|was"]],
  after: [
    ["<now>|yet|already|so far"],
    ["are there|there are|exist|are available"],
    ["<owned-after>", { owned: true }],
    ["<missing-after>", { owned: false }],
    ["<unwatched-after>", { watched: false }],
    ["<watched-after>", { watched: true }],
    ["(that|which)? (i|we) (own|have) (but|and) (have)? not yet? (watched|seen) yet?", { owned: true, watched: false }],
    ["<time-after>"],
    ["<rated-after>"],
    ["<person-after>"],
    ["<sort-after>"]
  ],
  "owned-after": [
    ["<which>? <already>? (in|on|from|inside|within) <lib>"],
    ["(that|which)? (i|we) <already>? (own|have|have got)"],
    ["(do|have) (i|we) <already>? (own|have|got)"],
    ["<which>? available <in> <lib>"],
    ["<which-been>? added (<in> <lib>)?"],
    ["<which>? part of <lib>"],
    ["(does|do) <lib> (have|hold|contain)"],
    ["(that|which)? (i|we) (have)? added"],
    ["<which>? <already>? owned"]
  ],
  "missing-after": [
    ["(that|which)? (i|we) do not <already>? (have|own)"],
    ["do (i|we) not <already>? (have|own)"],
    ["do not (i|we) <already>? (have|own)"],
    ["<which>? not <already>? yet? (in|on) <lib>"],
    ["<which>? missing (from|in) <lib>"],
    ["(that|which)? (i|we) (am|are) missing"],
    ["(am|are) (i|we) missing"],
    ["(that|which)? (i|we) have not got|have not (i|we) got|have (i|we) not got"],
    ["<which>? outside (of)? <lib>"]
  ],
  "unwatched-after": [
    ["(that|which)? (i|we) (still)? have (not yet|not|never|yet to) <watch>"],
    ["have (i|we) (not yet|not|never|yet to) <watch>"],
    ["have not (i|we) yet? <watch>"],
    ["<which>? still? (unwatched|unseen|unplayed)"],
    ["<which>? (not|never) yet? (been)? (watched|seen)"],
    ["(that|which)? have (not|never) (yet)? been (watched|seen)"],
    ["<which>? left to (watch|see)"],
    ["(that|which)? (i|we) still (need|have) to (watch|see)"],
    ["do (i|we) still (need|have) to (watch|see)"],
    ["have not been (watched|seen)"],
    ["(that|which)? (remain|remains) (unwatched|unseen|to be watched)"],
    ["<which>? (still)? (yet)? to be (watched|seen)"]
  ],
  watch: [["watched|seen|watch|see|gotten (around)? to|got (around)? to"]],
  "watched-after": [
    ["(that|which)? (i|we) have already? (watched|seen) already?"],
    ["have (i|we) already? (watched|seen) already?"],
    ["<which>? already? (watched|seen)"]
  ],
  "time-after": [
    ["<made>? (from|in|of|during|out of)? (the)? (year|years)? <period>"],
    ["<made>? (from|between|in)? (the)? (years)? <span>"],
    ["<made>? since <since>"],
    ["<which>? from (before|earlier than) <earlier>|<which>? from after <later>"],
    ["<made>? (from|in)? <since> (on|onward|onwards|and later|or later|and newer|or newer|and after)"],
    ["<made>? (after|later than|newer than) <later>"],
    ["<made>? (before|earlier than|older than) <earlier>"],
    ["<made>? (until|till|up to) <until>"],
    ["<made>? after <later> (and|but) before <earlier>"]
  ],
  made: [["<which>? (released|made|produced|out)|(that|which)? (came|come) out"]],
  "rated-after": [
    ["(that|which)? (are|is|have|has)? (with|of)? (a|an|the)? <rating-word> (of|is)? <rating-least>"],
    ["(that|which)? (are|is|have|has)? (with)? (at least|over|above|>|> =|≥) <rating> (rating|stars)"],
    ["(with)? <rating> stars? (or|and) (more|higher|better|above|up)"],
    ["(with)? (a)? minimum (rating|score) of <rating>"],
    ["(with)? (at least)? (a|an)? <rating> (+|or (higher|better|more|above)) (rating|stars)"]
  ],
  "rating-word": [["rated|rating|ratings|score|scores|scored|scoring|(tmdb|audience|viewer|user) (rating|score)"]],
  "rating-least": [
    ["(above|over|higher than|greater than|better than|more than|at least|>|> =|≥) <rating>"],
    ["<rating> (+|(or|and) (higher|better|more|above|up|over))"]
  ],
  person: [["<name>"]],
  "person-after": [
    ["<which>? (made)? (by|from|of) <person>"],
    ["<which>? (made)? by (the)? director <person>", { role: "director" }],
    ["(starring|featuring|with) (the)? (actor|actress) <person>", { role: "actor" }],
    ["(that|which)? <person> has? made|(did|has) <person> (make|made)"],
    ["<which>? directed by <person>", { role: "director" }],
    ["(that|which)? <person> (directed|has directed)", { role: "director" }],
    ["(did|has) <person> (direct|directed)", { role: "director" }],
    ["(starring|featuring|with) <person> (in (it|them))?", { role: "actor" }],
    ["(that|which)? (star|stars|starred|feature|features) <person>", { role: "actor" }],
    ["(that|which)? <person> (has|is|was|have)? <played> in", { role: "actor" }],
    ["(did|does|has|is|was) <person> <played>? in", { role: "actor" }],
    ["(where|in which) <person> <played>", { role: "actor" }]
  ],
  played: [["star|stars|starred|act|acts|acted|play|plays|played|appear|appears|appeared|been|is|was|starring"]],
  "sort-after": [
    ["<sorted>? by (the|their)? (rating|ratings|score)", { sort: "rating" }],
    ["<sorted>? by popularity", { sort: "popularity" }],
    ["<sorted> by (the)? (year|release year|release date|year of release)", { sort: "year" }],
    ["<sorted> by (title|name)|<sorted>? alphabetically|in alphabetical order", { sort: "title" }],
    ["<sorted> by (date added|when they were added|the date they were added)", { sort: "added", owned: true }],
    [",? (best|top|highest|best rated|top rated|highest rated|highest rating) first", { sort: "rating" }],
    [",? most popular first", { sort: "popularity" }],
    [",? (last|most recently|recently) added first", { sort: "added", owned: true }],
    [
      "<which-been>? (most recently|recently|lately|just|last|newly) added (<in> <lib>)?",
      { sort: "added", owned: true }
    ],
    ["<which-been>? added <in> <lib> (recently|lately|last|most recently)", { sort: "added", owned: true }],
    ["<which-been>? added (recently|lately|last|most recently) (<in> <lib>)?", { sort: "added", owned: true }],
    ["(that|which)? (i|we) (have)? (recently|lately|just|last) added", { sort: "added", owned: true }],
    ["did (i|we) add (most recently|recently|lately|last)", { sort: "added", owned: true }],
    ["<which-been>? (came|come) in (recently|lately|last|most recently)", { sort: "added", owned: true }],
    ["<which-been>? (arrived|landed) (recently|lately|last) (<in> <lib>)?", { sort: "added", owned: true }],
    ["<which-been>? (recently|just|lately|last) (arrived|landed) (<in> <lib>)?", { sort: "added", owned: true }]
  ],
  sorted: [[",? (sorted|ordered|sort|order|ranked)"]],
  "which-been": [["(that|which)? (was|were|is|are|have|has|got) (been)?|(that|which)"]]
} satisfies Rules<Reading>
