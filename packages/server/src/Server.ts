/**
 * Server: all routes behind their door, over the `Runs` of an agent. Knows no agent and no platform: `NodeServer` gives it a socket.
 */
import * as Layer from "effect/Layer"

import * as Edge from "./Edge.ts"
import * as AlertsRoute from "./routes/AlertsRoute.ts"
import * as ApprovalsRoute from "./routes/ApprovalsRoute.ts"
import * as AskRoute from "./routes/AskRoute.ts"
import * as ChatRoute from "./routes/ChatRoute.ts"
import * as ConversationRoute from "./routes/ConversationRoute.ts"
import * as ConversationsRoute from "./routes/ConversationsRoute.ts"
import * as EventsRoute from "./routes/EventsRoute.ts"
import * as HealthRoute from "./routes/HealthRoute.ts"
import * as IndexRoute from "./routes/IndexRoute.ts"
import * as MetricsRoute from "./routes/MetricsRoute.ts"
import * as ModelsRoute from "./routes/ModelsRoute.ts"
import * as ProfileRoute from "./routes/ProfileRoute.ts"
import * as ResponsesRoute from "./routes/ResponsesRoute.ts"
import * as RunRoute from "./routes/RunRoute.ts"
import * as RunsRoute from "./routes/RunsRoute.ts"
import * as SessionRoute from "./routes/SessionRoute.ts"
import * as StatsRoute from "./routes/StatsRoute.ts"
import * as UiRoute from "./routes/UiRoute.ts"
import * as WebRoute from "./routes/WebRoute.ts"

/** Each concern is a layer of its own; add one here. */
export const layer = Layer.mergeAll(
  AskRoute.layer,
  EventsRoute.layer,
  RunRoute.layer,
  RunsRoute.layer,
  ConversationsRoute.layer,
  ConversationRoute.layer,
  ProfileRoute.layer,
  ApprovalsRoute.layer,
  SessionRoute.layer,
  ChatRoute.layer,
  ResponsesRoute.layer,
  ModelsRoute.layer,
  UiRoute.layer,
  HealthRoute.layer,
  StatsRoute.layer,
  AlertsRoute.layer,
  IndexRoute.layer,
  WebRoute.layer,
  MetricsRoute.layer,
  Edge.layer
)
