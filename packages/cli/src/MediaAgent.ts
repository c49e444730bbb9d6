/**
 * MediaAgent: the household's assistant: the media package's instructions and whichever of its tools are configured, and
 * those of MCP servers.
 */
import * as Agent from "@callsheet/core/Agent"
import { bundles } from "@callsheet/media/Bundles"
import { Facts } from "@callsheet/media/Facts"
import { instructions } from "@callsheet/media/Instructions"
import { MediaToolkit } from "@callsheet/media/MediaToolkit"
import { MediaRouter } from "@callsheet/media/route/MediaRouter"
import * as Effect from "effect/Effect"

import { beside } from "./ExtraTools.ts"

/**
 * A list as questions want it, of twenty titles with all that is known of them, has at most 10 KB. Of more the model sees the
 * first rows, and reads on if it must: 16 KB are some 5,000 tokens.
 */
const resultBytes = 16_384

export const mediaAgent = Agent.make({
  name: "media",
  instructions,
  toolkit: Effect.flatMap(MediaToolkit, beside),
  router: MediaRouter,
  facts: Effect.flatMap(Facts, ({ now }) => now),
  bundles,
  policy: { resultBytes }
})
