/**
 * MediaFile: one version of a film or an episode as people speak of it: 4K, HDR10, English 5.1.
 */
import * as Schema from "effect/Schema"

import type { Media, Stream } from "./PlexRecords.ts"

export const MediaFile = Schema.Struct({
  /** 4K, 1080p, 720p, SD, ... */
  resolution: Schema.NullOr(Schema.String),
  /** Dolby Vision, HDR10 or HLG. */
  hdr: Schema.NullOr(Schema.String),
  codec: Schema.NullOr(Schema.String),
  /** As Plex words them: English (EAC3 5.1). */
  audio: Schema.Array(Schema.String),
  subtitles: Schema.Array(Schema.String),
  container: Schema.NullOr(Schema.String),
  bitrateKbps: Schema.NullOr(Schema.Finite),
  sizeBytes: Schema.NullOr(Schema.Finite),
  path: Schema.NullOr(Schema.String)
})
export type MediaFile = typeof MediaFile.Type

const picture = 1
const sound = 2
const subtitle = 3

/** What comes in several parts, such as two discs, stands as one, at the place of its first. */
export const fromMedia = ({ Part: parts = [], bitrate, videoCodec, videoResolution }: Media): MediaFile => {
  const [first] = parts
  const streams = first?.Stream ?? []
  const labels = (type: number) =>
    streams
      .filter(({ streamType }) => streamType === type)
      .map(({ displayTitle, language }) => displayTitle ?? language ?? "unknown")
  const video = streams.find(({ streamType }) => streamType === picture)
  const sizes = parts.flatMap(({ size }) => size ?? [])
  return {
    resolution: resolutionOf(videoResolution),
    hdr: video === undefined ? null : hdrOf(video),
    codec: videoCodec ?? null,
    audio: labels(sound),
    subtitles: labels(subtitle),
    container: first?.container ?? null,
    bitrateKbps: bitrate ?? null,
    sizeBytes: sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0),
    path: first?.file ?? null
  }
}

/** Plex writes "4k", "1080", "sd". */
const resolutionOf = (resolution: string | undefined): string | null =>
  resolution === undefined ? null : /^\d+$/.test(resolution) ? `${resolution}p` : resolution.toUpperCase()

/** By the curve that the picture's brightness follows. */
const hdrOf = ({ colorTrc, DOVIPresent }: Stream): string | null =>
  DOVIPresent === true
    ? "Dolby Vision"
    : colorTrc === "smpte2084"
      ? "HDR10"
      : colorTrc === "arib-std-b67"
        ? "HLG"
        : null
