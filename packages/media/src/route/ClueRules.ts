/**
 * ClueRules: what single stretches of a question are, where it is more than one wish that the other rules understand: wishes,
 * what narrows them, how one asks, what joins them, and what is to be left out.
 */
import type { Rules } from "./Pattern.ts"
import type { Reading } from "./Reading.ts"

export const clueRules = {
  wish: [
    ["<listing>|<named>|<on-deck>|<downloads>"],
    ["(<ask>|what|which)? <det>? <before>* (<kinds-both>|<pair> <head>) <after>*", { intent: "titles" }],
    ["(<ask>|recommend|suggest)? (me|us)? (a|an|another|some)? <one> <like> <name-of> <than>?", { intent: "similar" }],
    [
      "<wanted-alike>? <count>? (titles|something|anything|movies|films)? <like> <name-of> <than>?",
      { intent: "similar" }
    ],
    ["(did|does|has) <person> (make|made|direct|directed|do|done)", { intent: "titles" }]
  ],
  clue: [
    ["<before>|<after>|<head>|<det>|<additions>|<pair>|<than>|<than-before>"],
    ["(have|has|had)? (not|never) (yet)? <watch> (yet|before)?", { watched: false }],
    ["(have|has|had)? already (watched|seen)", { watched: true }],
    ["(do|does)? not (already)? (have|own)|missing|(which)? (am|are) missing", { owned: false }],
    ["(have|own) already?", { owned: true }],
    ["<like> <name-of>|<name-of> <like>", { intent: "similar" }],
    ["(above|over|at least|> =|>|≥) <rating>"],
    ["top <count> rated|(highly|well) (rated|reviewed)", { sort: "rating" }],
    ["<before> <before>* ones"],
    ["(something|anything) similar", { intent: "similar" }],
    ["similar (titles|ones|movies|films|shows|series)", { intent: "similar" }],
    ["(is|are)? <name-of>|<person>"]
  ],
  // Of which no list can be the answer, but for what is like a title.
  single: [["(a|an|one|the)? <before>* <one>"]],
  bare: [
    ["on deck|ondeck", { intent: "on-deck" }],
    ["downloading|being downloaded|download queue", { intent: "downloads" }],
    ["<like> (it|that|this|them|those)", { intent: "similar" }],
    ["how many", { intent: "count" }]
  ],
  "kinds-both": [
    ["(movies|films) (and|or) (tv)? (series|shows)|(tv)? (series|shows) (and|or) (movies|films)", { kind: "any" }]
  ],
  pair: [["<genre> (and|,|/|&|or) <genre>"], ["<genre> <genre>"], ["(either|both) <genre> (and|or) <genre>"]],
  asking: [
    ["<hello>|<ask>|<search>"],
    ["<hello>? (what|which|if|whether) <others>? (are|is|do|have|did|were|was)?"],
    ["(what|which) of"],
    ["<ask>? (the ones|those|ones)"],
    ["(i|we) (would|want|need) to know"]
  ],
  others: [["ones?|of (them|those|these)|other ones|else"]],
  filler: [["<bye>|on tmdb|also|too|as well|both|besides that|of (them|those|these)|that|the|me|us|ones"]],
  link: [["and|,|but|;|:|.|!|&|plus|or|then|as well as|-"]],
  but: [
    ["(in|from|of)? (the)? (last|past) <count>? (days|weeks|months|years|decades)"],
    ["(in|from|of)? (the)? (last|past|this|next) (night|week|weekend|month|year|decade|time)"],
    [
      "(not|no|without|except|excluding|besides|other than|apart from|instead of|rather than|than|nor|minus|never) (for|any|by|with|from|the)? (<before>|<head>|<name-of>|<time-after>|<person-after>)"
    ]
  ]
} satisfies Rules<Reading>
