/**
 * ProfileJson: what `callsheet profile --json` prints. Names that stay.
 */
import { Profile } from "@callsheet/core/explain/Profile"
import * as Schema from "effect/Schema"

import type { Profiled } from "./Profiling.ts"

const nullable = Schema.NullOr(Schema.Finite)

/** Null where a trace from elsewhere does not hold it. */
export const ProfileJson = Schema.Struct({
  ...Profile.fields,
  answer: Schema.NullOr(Schema.String),
  /** From the start of the process to that of the run. */
  startUpMillis: nullable,
  /** The most memory that the process ever held. */
  peakRssBytes: nullable
})
export type ProfileJson = typeof ProfileJson.Type

export const make = ({ process, profile }: Profiled, answer: string | null): ProfileJson => ({
  answer,
  ...process,
  ...profile
})
