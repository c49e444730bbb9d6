/**
 * Bundles: the tools that are offered together, by what questions are about. The first is for any question; each other one
 * begins with it and adds what is plainly of its theme, so that no theme costs a question what most questions need, and all
 * prompts begin alike.
 */

const everyday = [
  "library_search",
  "search_titles",
  "title_details",
  "discover_titles",
  "recommend_titles",
  "person_filmography",
  "on_deck",
  "download_queue",
  "add_movie"
] as const

export const bundles = [
  { name: "everyday", tools: everyday },
  {
    name: "library",
    tools: [...everyday, "library_overview", "library_item", "library_collections", "similar_in_library", "playlists"]
  },
  {
    name: "watching",
    tools: [...everyday, "now_playing", "watch_history", "playlists", "rate_title", "series_episodes"]
  },
  {
    name: "downloads",
    tools: [
      ...everyday,
      "download_history",
      "wanted_titles",
      "search_downloads",
      "remove_download",
      "blocklist",
      "unblock_releases",
      "media_health"
    ]
  },
  {
    name: "managing",
    tools: [
      ...everyday,
      "add_series",
      "managed_titles",
      "series_episodes",
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
      ...everyday,
      "person_details",
      "trending_titles",
      "collection_titles",
      "where_to_watch",
      "series_episodes",
      "release_calendar"
    ]
  }
] as const
