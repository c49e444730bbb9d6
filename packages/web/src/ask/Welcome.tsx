/**
 * Welcome: what a conversation begins with: questions that were asked before, to be asked again.
 */
import { useLoaded } from "../ui/useLoaded.ts"
import * as Runs from "../wire/Runs.ts"

const most = 6

export const Welcome = ({ ask }: { readonly ask: (question: string) => void }) => {
  const { value } = useLoaded(Runs.list(50), "recent")
  const answered = value?.runs.filter(({ state }) => state === "finished").map(({ question }) => question) ?? []
  const questions = [...new Set(answered)].filter((question) => question !== "" && question.length < 120).slice(0, most)
  return (
    <section class="welcome">
      <h1>What do you want to know?</h1>
      <p class="quiet-text">Ask in your own words. What changes something is done only after you approve it.</p>
      {questions.length > 0 && (
        <>
          <h2 class="small quiet-text">Asked before</h2>
          <ul>
            {questions.map((question) => (
              <li key={question}>
                <button type="button" onClick={() => ask(question)}>
                  {question}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
