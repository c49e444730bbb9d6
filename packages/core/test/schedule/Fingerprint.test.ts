import * as Fingerprint from "@callsheet/core/schedule/Fingerprint"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Tool } from "effect/ai"

const options = { description: "Looks.", parameters: Schema.Struct({ key: Schema.String }), success: Schema.Finite }
interface Changed {
  readonly description?: string
  readonly parameters?: Schema.Top
  readonly success?: Schema.Top
}
const of = (changed: Changed = {}, name = "look") => Fingerprint.ofTool(Tool.make(name, { ...options, ...changed }))

describe("Fingerprint.ofTool", () => {
  it("is the same for a tool that says the same", () => {
    assert.strictEqual(of(), of())
  })

  it("is another for another name, description, parameter, default, result, or form of the result", () => {
    const all = [
      of(),
      of({}, "see"),
      of({ description: "Sees." }),
      of({ parameters: Schema.Struct({ key: Schema.Finite }) }),
      of({
        parameters: Schema.Struct({ key: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("a"))) })
      }),
      of({ success: Schema.Int }),
      of({ success: Schema.FiniteFromString }),
      of({ success: Schema.Date })
    ]
    assert.strictEqual(new Set(all).size, all.length)
  })

  it("tells dynamic tools apart by their JSON Schema", () => {
    const dynamic = (type: string) =>
      Fingerprint.ofTool(Tool.dynamic("look", { parameters: { type: "object", properties: { key: { type } } } }))
    assert.strictEqual(dynamic("string"), dynamic("string"))
    assert.notStrictEqual(dynamic("string"), dynamic("number"))
  })
})
