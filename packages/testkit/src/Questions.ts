/**
 * Questions: the baseline questions that the demo asks and the tests check. `simple` and `complex` are asked in every timing
 * run; `write` needs approval.
 */
export const simple = [
  "Show me recent movies",
  "What's on deck in Plex?",
  "List my unwatched movies",
  "Search for Inception",
  "What's downloading right now?"
] as const

export const complex = [
  "Find me horror movies from 2020-2023 with rating above 7.0",
  "Show me all the action movies in my Plex library that I haven't watched yet",
  "Recommend something similar to The Matrix but more recent",
  "What are the most popular movies from 2023 that I don't have?",
  "Which Christopher Nolan films do I own but haven't watched, and which ones am I missing?"
] as const

export const write = ["Add The Matrix (1999) to my Radarr"] as const
