/**
 * ProgressRules: how one asks for what is on its way: what one is in the middle of watching, and what is downloading.
 */
import type { Rules } from "./Pattern.ts"
import type { Reading } from "./Reading.ts"

export const progressRules = {
  "on-deck": [["<ask>? <decked> (<in> <lib>)?", { intent: "on-deck" }]],
  decked: [
    ["(my|our|the|plex 's)? (on deck|ondeck) (list|queue|items|titles|row)?"],
    ["<kinds> (are|is)? on deck"],
    ["(my|our|the) (plex)? on deck <kinds>"],
    ["(my|our|the)? continue watching (list|row|section|queue)?"],
    ["what <kinds>? (do (i|we) have|have (i|we) got|have (i|we)|is there|are) on deck"],
    ["(anything|is anything|is there anything|do (i|we) have anything) on deck"],
    ["(what|which) <kinds>? (can|could) (i|we) (continue|resume|keep|go on|carry on) (watching)?"],
    ["(what|which) <kinds>? (was|am|were|are) (i|we) (still|currently)? <amid>"],
    ["<kinds> (that)? (i|we) (am|are) <amid>"],
    ["(what|which) <kinds>? (was i|were we) watching"],
    ["<kinds>? (that)? (i|we) (have)? half (watched|finished)", { isBegun: true }],
    ["(what|which) <kinds>? (did (i|we) leave|have (i|we) left) unfinished", { isBegun: true }],
    ["(what|which) <kinds>? have (i|we) <begun> (watching)? <unfinished>"],
    ["(what|which) <kinds>? did (i|we) <begun> (watching)? <unfinished>"],
    ["(the|my|our|all)? <kinds> (that)? (i|we) (have)? <begun> (watching)? <unfinished>"],
    ["(my|our|the|any|all)? (half|partly|partially) (watched|finished) <kinds>", { isBegun: true }],
    ["(my|our|the|any|all)? unfinished <kinds>", { isBegun: true }],
    ["what is (half|partly|partially) watched", { isBegun: true }],
    ["where did (i|we) leave off"],
    [
      "what have (i|we) not finished (watching)? yet?|what have not (i|we) finished (watching)? yet?",
      { isBegun: true }
    ],
    ["what (do (i|we) have|have (i|we) got) on the go"],
    ["(my|our|the)? (keep|resume) watching list"],
    ["what is (next|next up|up next) on deck|what is (next up|up next)"],
    ["what is (in|on) (my|our|the) (on deck|continue watching) (list|row|section)?"],
    ["what is in progress <in> <lib>", { isBegun: true }],
    ["what (i|we) (am|are|was|were) <amid>"],
    ["(what|which) <kinds> (are|is) (next|next up|up next)"],
    ["(what|which) <kinds>? can (i|we) pick (back)? up (where (i|we) left off)?"],
    ["(next up|up next)"]
  ],
  amid: [
    [
      "(in the middle of|in the midst of|halfway through|half way through|partway through|part way through) (watching)?",
      { isBegun: true }
    ]
  ],
  begun: [["started|begun|start|begin"]],
  unfinished: [["(but|and)? (have|did)? (not|never) (yet)? (finished|completed|finish|complete)", { isBegun: true }]],
  kinds: [
    ["movies|films", { kind: "movie" }],
    ["(tv)? (series|shows)|episodes|tv episodes", { kind: "series" }],
    ["titles|things|stuff|items|movies and (shows|series|episodes)", { kind: "any" }]
  ],
  downloads: [["<downloading>", { intent: "downloads" }]],
  downloading: [
    ["<ask>? <all>? <ongoing>? <queue> <ongoing>? <where>?"],
    ["<ask>? the queue <where>?"],
    ["(what|which) <kinds>? (are|is) <now>? still? <coming> <where>?"],
    ["(anything|any <kinds>) <now>? <coming> <where>?"],
    ["(is|are) (there)? (anything|something|any <kinds>) <now>? <coming> <where>?"],
    ["(are any|are my|are the) downloads <ongoing> <where>?"],
    ["(is|are) there (any|some)? <ongoing>? downloads <ongoing>? <where>?"],
    ["(any|do (i|we) have any) <ongoing>? downloads <ongoing>? <where>?"],
    ["how many <kinds> are <now>? still? <arriving> <where>?"],
    ["how many <ongoing>? downloads (are there|are <now>? <ongoing>|are (in the queue|left)|do (i|we) have) <where>?"],
    ["how (are|is) <all>? <queue> (doing|going|coming along|progressing|looking)"],
    ["how far (along)? are <all>? downloads"],
    ["what (am i|are we) <now>? downloading"],
    ["what (i|we) (am|are) <now>? downloading"],
    ["what <service> is <now>? (downloading|fetching|grabbing|working on)"],
    ["how is (the|my|our) downloading going"],
    ["(what is the)? eta (of|on|for) <all>? downloads"],
    ["is <all>? (download queue|queue) empty"],
    ["(am i|are we) <now>? downloading (anything|something|any <kinds>)"],
    ["(what|which) downloads (are|do (i|we) have) (there)? <now>? <ongoing>? <where>?"],
    ["how is (the|my|our) download (going|coming along|progressing)"],
    ["when (will|do|are) <all>? downloads (be)? (finish|finished|done|complete|ready)"],
    ["how long (until|till|before) <all>? downloads (are|finish)? (done|finished|complete)?"],
    ["<ask>? <all>? <now>? downloading <kinds>"],
    ["<now> downloading"],
    ["what (do (i|we) have|have (i|we) got|is there) <coming> <where>?"],
    ["what is <service> <now>? (downloading|fetching|grabbing|working on)"],
    ["is <service> <now>? (downloading|fetching) (anything|something)"],
    ["(what is|check|check on)? (the)? (status|progress|state) of <all>? <queue>"],
    ["check (on)? <all>? <queue>"],
    ["what does <all>? <queue> look like"]
  ],
  all: [["my|our|the|all|all my|all the|all of my"]],
  // What is "queued" or "pending" may be all of the queue, or what waits in it.
  ongoing: [["active|ongoing|running|in progress|under way", { isBegun: true }], ["current|going on|happening"]],
  queue: [
    ["downloads|download (queue)? (status|progress)|download queue|downloads queue|downloading queue|download list"],
    ["<service> 's? (queue|downloads|download queue)"]
  ],
  coming: [["<arriving>|queued up? ((for|to) download)?"]],
  arriving: [
    ["(being)? (downloading|downloaded)|on (its|their|the) way (to <lib>)?"],
    ["left? (in|on) (my|our|the)? <queue>|left? in the queue"]
  ],
  where: [["(in|on|by|from|with) <service>"]],
  service: [
    ["radarr", { service: "radarr" }],
    ["sonarr", { service: "sonarr" }]
  ]
} satisfies Rules<Reading>
