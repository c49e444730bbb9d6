import * as Effect from "effect/Effect"

import * as Questions from "./Questions.ts"
import * as Workloads from "./Workloads.ts"
for (let i = 0; i < 2; i++) {
  const t = performance.now()
  console.log(JSON.stringify(await Effect.runPromise(Workloads.all), null, 0).replaceAll("},{", "},\n{"))
  console.log(performance.now() - t)
  console.log(JSON.stringify(await Effect.runPromise(Questions.all), null, 0).replaceAll("},{", "},\n{"))
  console.log(performance.now() - t)
}
