/**
 * A process that adds lines to a query log: `node appender.ts FILE NAME COUNT`. Each line is some 20 KB.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import * as QueryLog from "../../src/log/QueryLog.ts"
import { record } from "./records.ts"

const [, , path = "", name = "", lines = "0"] = process.argv

await Effect.runPromise(
  Effect.provide(
    Effect.forEach(
      Array.from({ length: Number(lines) }, (_, index) => index),
      (index) => QueryLog.append(path, record({ runId: `${name}-${index}`, problem: "x".repeat(20_000) })),
      { discard: true }
    ),
    Layer.merge(NodeFileSystem.layer, NodePath.layer)
  )
)
