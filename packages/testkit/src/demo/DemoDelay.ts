/**
 * DemoDelay: how long a demo service takes over a request. A pure function of what is asked, never of when, so that a
 * run's timing does not depend on the order in which calls arrive.
 */
import { between } from "./Seeded.ts"

export type DemoServiceName = "plex" | "tmdb" | "radarr" | "sonarr"

/** The least and the most that each service was seen to take on a household's network, in milliseconds. */
export const delayRangeMillis: Readonly<Record<DemoServiceName, readonly [number, number]>> = {
  plex: [7, 51],
  tmdb: [32, 48],
  radarr: [16, 78],
  sonarr: [16, 78]
}

/** The delay of one request in whole milliseconds. `query` is the raw text after `?`, without secrets. */
export const delayMillis = (
  seed: number,
  service: DemoServiceName,
  method: string,
  path: string,
  query: string
): number => {
  const [low, high] = delayRangeMillis[service]
  return between(low, high, seed, service, method, path, query)
}
