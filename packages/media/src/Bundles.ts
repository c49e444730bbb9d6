/**
 * Bundles: the tools that are offered together, by what questions are about. The first is for any question: it holds what most
 * need; the others are for those that are plainly theirs.
 */

/** What is owned, and what a title is: there is hardly a question that does not touch them. */
const titles = ["library_search", "search_titles", "title_details"]

export const bundles = [
  {
    name: "everyday",
    tools: [
      ...titles,
      "on_deck",
      "person_filmography",
      "discover_titles",
      "recommend_titles",
      "download_queue",
      "add_movie"
    ]
  },
  {
    name: "library",
    tools: [
      ...titles,
      "on_deck",
      "library_overview",
      "library_item",
      "library_collections",
      "similar_in_library",
      "recommend_titles"
    ]
  },
  {
    name: "watching",
    tools: [...titles, "on_deck", "now_playing", "watch_history", "playlists", "rate_title", "series_episodes"]
  },
  {
    name: "downloads",
    tools: [
      ...titles,
      "download_queue",
      "download_history",
      "wanted_titles",
      "search_downloads",
      "remove_download",
      "blocklist",
      "unblock_releases",
      "media_health",
      "add_movie"
    ]
  },
  {
    name: "managing",
    tools: [
      ...titles,
      "add_movie",
      "add_series",
      "managed_titles",
      "change_monitoring",
      "edit_title",
      "delete_title",
      "download_options",
      "wanted_titles",
      "release_calendar"
    ]
  },
  {
    name: "facts",
    tools: [
      ...titles,
      "person_filmography",
      "person_details",
      "recommend_titles",
      "trending_titles",
      "collection_titles",
      "where_to_watch",
      "series_episodes",
      "release_calendar"
    ]
  }
] as const
