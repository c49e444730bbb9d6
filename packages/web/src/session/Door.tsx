/**
 * Door: asks for the server's token, which becomes a cookie that no page can read: it is kept nowhere here.
 */
import * as Effect from "effect/Effect"
import { useState } from "preact/hooks"

import * as Http from "../wire/Http.ts"

export const Door = () => {
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)

  const enter = (event: SubmitEvent) => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const token = new FormData(event.currentTarget).get("token")
    if (typeof token !== "string" || token === "") return
    setBusy(true)
    Effect.runFork(
      Http.tell("v1/session", { method: "POST", body: { token: token.trim() } }).pipe(
        Effect.match({
          // What was refused is asked anew.
          onSuccess: () => location.reload(),
          onFailure: ({ detail }) => {
            setProblem(detail)
            setBusy(false)
          }
        })
      )
    )
  }

  return (
    <main class="door">
      <h1>Callsheet</h1>
      <form onSubmit={enter}>
        <label for="token">This server lets in who knows its token (CALLSHEET_TOKEN).</label>
        <input id="token" name="token" type="password" autocomplete="current-password" autofocus required />
        {problem !== undefined && (
          <p class="notice bad" role="alert">
            {problem}
          </p>
        )}
        <button class="primary" type="submit" disabled={isBusy}>
          Enter
        </button>
      </form>
    </main>
  )
}
