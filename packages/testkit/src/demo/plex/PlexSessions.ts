/**
 * PlexSessions: who plays what at the demo's now: the film last begun rests on the living room's screen, and a guest away
 * from home watches the series' episode that is under way, converted for a phone.
 */
import { onDeck } from "../DemoLibrary.ts"
import { itemsByKey, type PlexItem } from "./PlexItems.ts"

/** The one account of the server's own. */
export const household = { id: 1, name: "Household" }

const deck = onDeck.flatMap(({ ratingKey }) => itemsByKey.get(ratingKey) ?? [])

interface Place {
  readonly sessionKey: string
  readonly User: { readonly id: string; readonly title: string; readonly thumb: string }
  readonly Player: object
  readonly Session: object
  readonly TranscodeSession?: object
}

export interface Playing {
  readonly item: PlexItem
  readonly place: Place
}

const livingRoom: Place = {
  sessionKey: "7",
  User: { id: String(household.id), title: household.name, thumb: "" },
  Player: {
    address: "192.168.1.20",
    device: "TV",
    machineIdentifier: "living-room",
    platform: "webOS",
    product: "Plex for LG",
    state: "paused",
    title: "Living room",
    version: "5.93.0",
    local: true,
    relayed: false,
    secure: true,
    userID: household.id
  },
  Session: { id: "living-room-7", bandwidth: 21_000, location: "lan" }
}

const away: Place = {
  sessionKey: "9",
  User: { id: "2", title: "Guest", thumb: "" },
  Player: {
    address: "203.0.113.8",
    device: "Phone",
    machineIdentifier: "guest-phone",
    platform: "Android",
    product: "Plex for Android (Mobile)",
    state: "playing",
    title: "Guest's phone",
    version: "10.26.0",
    local: false,
    relayed: false,
    secure: true,
    userID: 2
  },
  Session: { id: "guest-phone-9", bandwidth: 4_000, location: "wan" },
  TranscodeSession: {
    key: "/transcode/sessions/guest-phone-9",
    throttled: true,
    complete: false,
    progress: 58.2,
    speed: 3.1,
    videoDecision: "transcode",
    audioDecision: "transcode",
    container: "mpegts",
    videoCodec: "h264",
    audioCodec: "aac",
    protocol: "hls"
  }
}

const first = (type: PlexItem["type"], place: Place): ReadonlyArray<Playing> =>
  deck
    .filter((item) => item.type === type)
    .slice(0, 1)
    .map((item) => ({ item, place }))

export const playing: ReadonlyArray<Playing> = [...first("movie", livingRoom), ...first("episode", away)]

/** The item as Plex's `Metadata`, with who plays it where. */
export const renderSession = ({ place }: Playing, item: object) => ({ ...item, ...place })
