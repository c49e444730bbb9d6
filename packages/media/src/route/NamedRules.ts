/**
 * NamedRules: how one asks for a title by its name: to find it, or whether it is there or was watched.
 */
import type { Rules } from "./Pattern.ts"
import type { Reading } from "./Reading.ts"

export const namedRules = {
  named: [
    ["<search> <name-of> (on tmdb)?", { intent: "search" }],
    ["is there (a|any) <name-kind> <called> <title> <dated>?", { intent: "search" }],
    [
      "<search> (any|all|the)? (movies|films|series|shows|titles|anything) <called> <title> <dated>?",
      { intent: "search" }
    ],
    ["(show|pull up|bring up) (me|us)? (the)? <name-kind> <called>? <title> <dated>?", { intent: "search" }],
    ["is there (a copy of)? <name-of> (in|on) <lib>", { intent: "holding" }],
    ["is <name-of> part of <lib>", { intent: "holding" }],
    ["(what|which) (movies|films|series|shows) (are|is) <called> <title>", { intent: "search" }],
    ["(any|all)? (movies|films|series|shows|titles) <called> <title>", { intent: "search" }],
    ["<ask>? (tell (me|us))? (more)? about <name-of>", { intent: "about" }],
    ["<ask>? (the)? (details|info|information) (of|on|for|about) <name-of>", { intent: "about" }],
    ["<fact>", { intent: "about" }],
    ["<alike> <like> <name-of> <than>?", { intent: "similar" }],
    ["<wanted-alike>? (something|anything)? <than-before> (titles|things)? <like> <name-of>", { intent: "similar" }],
    ["<alike-movies> <like> <title> <dated>? <than>?", { intent: "similar" }],
    ["<alike-series> <like> <title> <dated>? <than>?", { intent: "similar", kind: "series" }],
    ["look <title> up", { intent: "search" }],
    ["got <name-of> (<in> <lib>)?", { intent: "holding" }],
    ["<name-of> (in|on) <lib>", { intent: "holding" }],
    ["is <name-of> (already|still)? (watched|seen)", { intent: "seen" }],
    ["is <name-of> (already|still)? (unwatched|unseen)", { intent: "seen", watched: false }],
    [
      "(do|have) (i|we) (already|currently|still)? (have|own|got) (a copy of)? <name-of> (<in> <lib>)?",
      { intent: "holding" }
    ],
    ["is <name-of> (already|currently|available|still)? (in|on) <lib>", { intent: "holding" }],
    ["do (i|we) have <name-of> (<in> <lib>)?", { intent: "holding" }],
    ["(does|do) <lib> (have|contain|include) <name-of>", { intent: "holding" }],
    ["(check|see) (if|whether) (i|we) (already)? (have|own) <name-of> (<in> <lib>)?", { intent: "holding" }],
    ["(check|see) (if|whether) <name-of> is (already)? (in|on) <lib>", { intent: "holding" }],
    ["<search> <name-of> (in|on) <lib>", { intent: "holding" }],
    ["(search|check|look (in|through)) <lib> for <name-of>", { intent: "holding" }],
    ["have (i|we) (already|ever)? (seen|watched) <name-of> (already|before)?", { intent: "seen" }],
    ["did (i|we) (already|ever)? (see|watch) <name-of> (already|before)?", { intent: "seen" }]
  ],
  fact: [
    ["who (directed|made) <name-of>", { fact: "directors" }],
    ["who (is|was) the director of <name-of>|<ask>? the director of <name-of>", { fact: "directors" }],
    ["who (is|was|are|stars|starred|acts|acted|plays|played) in <name-of>", { fact: "cast" }],
    ["(<ask>|who is)? the (cast|actors) (of|in) <name-of>", { fact: "cast" }],
    ["how long is <name-of>", { fact: "runtime" }],
    ["<ask>? the (runtime|running time|length|duration) of <name-of>", { fact: "runtime" }],
    ["when (did <name-of> (come out|premiere)|was <name-of> (released|made))", { fact: "release" }],
    ["(what|which) year (did <name-of> come out|was <name-of> (released|made)|is <name-of> from)", { fact: "release" }],
    ["<ask>? the release (date|year) of <name-of>", { fact: "release" }],
    ["what (is|was) <name-of> about", { fact: "overview" }],
    ["<ask>? (the|a)? (plot|synopsis|summary|overview|story) (of|for) <name-of>", { fact: "overview" }],
    ["how (is|was) <name-of> rated", { fact: "rating" }],
    ["<ask>? the (rating|score) (of|for) <name-of>", { fact: "rating" }],
    ["what (rating|score) does <name-of> have", { fact: "rating" }],
    ["(what|which) genre (is|was) <name-of>", { fact: "genres" }]
  ],
  alike: [["<wanted-alike>? more? (titles|something|anything)? (that (is|are))?"]],
  "alike-movies": [
    ["<wanted-alike>? more? (movies|films) (that are)?"],
    ["<wanted-alike>? <than-before> (movies|films)"]
  ],
  "alike-series": [
    ["<wanted-alike>? more? (tv)? (series|shows) (that are)?"],
    ["<wanted-alike>? <than-before> (tv)? (series|shows)"]
  ],
  "wanted-alike": [["<ask>|(recommend|suggest) (me|us)? (some)?"]],
  like: [["like|similar to"]],
  than: [
    [",? (but|only|just|and|that (is|are))? (a bit|a little|much)? <newer> <than-it>?", { than: "newer" }],
    [",? (but|only|just|and|that (is|are))? (a bit|a little|much)? <older> <than-it>?", { than: "older" }]
  ],
  "than-before": [
    ["<newer>", { than: "newer" }],
    ["<older>", { than: "older" }]
  ],
  newer: [["more recent|newer"]],
  older: [["older"]],
  "than-it": [["than (it|that)"]],
  search: [
    [
      "(i am|we are) looking for|search|search for|search up|find|find me|look up|look for|search :|find :|search (tmdb|the catalog|the catalogue|the database|the movie database) for|run a search for|search for (the)? title|do a search for|a search for"
    ]
  ],
  "name-of": [
    ["<title> <dated>?"],
    ["the <year> <name-kind>? <title>"],
    ["(the|a)? <name-kind> <called>? <title> <dated>?"],
    ["(the)? <title> <dated>? <name-kind>"]
  ],
  "name-kind": [
    ["movie|film", { kind: "movie" }],
    ["(tv)? (series|show)", { kind: "series" }]
  ],
  called: [["called|named|titled"]],
  dated: [["<bracketed-year>"], [",? (from|of) <year>"], ["<year>"]]
} satisfies Rules<Reading>
