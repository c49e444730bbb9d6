/**
 * Hints: what single words tell of a question that the grammar does not understand: whether it may want something changed,
 * and which tools may fit.
 */

/** Words by which people have something changed, in whatever form. Passives of what was done already are none. */
const writes =
  /^(?:add|adding|grab|get|fetch|request|requesting|download|delete|deleting|remove|removing|cancel|pause|resume|stop|start|play|mark|rate|rename|monitor|unmonitor|set|change|update|upgrade|refresh|rescan|scan|put|queue|schedule|move|clear|clean|purge|erase|wipe|trash|drop|save|keep|buy|want|need|wish|watchlist|share|replace|restart|blocklist|unwatch|subscribe|record|rid|install|import|order|acquire|obtain|throw|toss|make|create|edit|enable|disable|switch|turn|skip|remind|notify|send|order|snag|love|like)$/

/** Words that ask about what was or is, and change nothing by themselves. */
const asks = new Set(["what", "which", "who", "when", "where", "are", "did", "have", "has"])

/**
 * Whether the words may want something changed. A question word before any such word only asks about it ("what did I add"), unless
 * another wish follows.
 */
export const mayWrite = (words: ReadonlyArray<string>): boolean => {
  const wanted = words.flatMap((word, index) => (writes.test(word) ? [index] : []))
  if (wanted.length === 0) return false
  const isAsking = asks.has(words[0] ?? "") && !words.some((word) => /^(?:and|then|please|,|;|\.)$/.test(word))
  return !isAsking
}

const tools: ReadonlyArray<readonly [tool: string, words: RegExp]> = [
  ["download_queue", /^(?:download|downloads|downloading|downloaded|queue|queued|radarr|sonarr|progress|eta)$/],
  [
    "on_deck",
    /^(?:deck|continue|continuing|resume|next|middle|halfway|finish|finished|unfinished|started|watching|left)$/
  ],
  [
    "library_search",
    /^(?:my|our|library|collection|plex|own|owned|have|unwatched|unseen|watched|seen|recent|recently|added|latest|newest)$/
  ],
  [
    "person_filmography",
    /^(?:by|directed|director|starring|actor|actress|acted|filmography|films|star|stars|cast|missing)$/
  ],
  [
    "recommend_titles",
    /^(?:like|similar|recommend|recommendation|recommendations|suggest|reminds|loved|liked|enjoyed)$/
  ],
  [
    "discover_titles",
    /^(?:popular|best|top|rated|rating|from|between|since|genre|find|discover|movies|shows|series|missing|horror|comedy|action|drama|thriller)$/
  ],
  [
    "search_titles",
    /^(?:search|find|look|called|named|about|like|similar|when|who|title|add|grab|request|get|download)$/
  ],
  [
    "title_details",
    /^(?:about|details|detail|info|information|long|runtime|cast|who|plot|synopsis|released|overview|when)$/
  ],
  ["add_movie", /^(?:add|grab|request|get|download|want|put)$/]
]

/** Tools by how many of the words are theirs, most first; those without any are left out. */
export const fitting = (words: ReadonlyArray<string>): ReadonlyArray<string> =>
  tools
    .map(([tool, known]) => ({ tool, hits: words.filter((word) => known.test(word)).length }))
    .filter(({ hits }) => hits > 0)
    .toSorted((one, other) => other.hits - one.hits)
    .map(({ tool }) => tool)
