/**
 * MediaAgent: the household's assistant: the media package's instructions and whichever of its tools are configured.
 */
import * as Agent from "@callsheet/core/Agent"
import { instructions } from "@callsheet/media/Instructions"
import { MediaToolkit } from "@callsheet/media/MediaToolkit"

export const mediaAgent = Agent.make({ name: "media", instructions, toolkit: MediaToolkit })
