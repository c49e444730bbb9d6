/**
 * Composer: where a question is written. Enter sends it, Shift and Enter begin a line.
 */
import { useEffect, useRef, useState } from "preact/hooks"

/** As the server takes them; its answer says so too. */
const mostBytes = 16 * 1024

const encoder = new TextEncoder()

export const Composer = ({
  isFollowUp,
  send,
  written
}: {
  readonly isFollowUp: boolean
  readonly send: (question: string) => void
  /** What stands there at first; empty once that is not wanted any more. */
  readonly written: string
}) => {
  const [text, setText] = useState(written)
  const box = useRef<HTMLTextAreaElement>(null)
  const isTooLong = encoder.encode(text).length > mostBytes
  const isReady = text.trim() !== "" && !isTooLong

  const first = useRef(written)
  useEffect(() => {
    if (written === "") setText((now) => (now === first.current ? "" : now))
  }, [written])
  useEffect(() => {
    // A keyboard that covers half of a phone is not wanted before it is.
    if (matchMedia("(pointer: fine)").matches) box.current?.focus()
  }, [])

  const submit = (event: Event) => {
    event.preventDefault()
    if (!isReady) return
    send(text.trim())
    setText("")
    box.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event)
  }

  return (
    <form class="composer" onSubmit={submit}>
      <label class="unseen" for="question">
        Your question
      </label>
      <textarea
        id="question"
        ref={box}
        rows={1}
        value={text}
        placeholder={isFollowUp ? "Ask a follow-up question" : "Ask a question"}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        aria-describedby={isTooLong ? "too-long" : undefined}
        aria-invalid={isTooLong}
        autocomplete="off"
      />
      <button type="submit" class="primary" disabled={!isReady}>
        Ask
      </button>
      {isTooLong && (
        <p id="too-long" class="notice bad" role="alert">
          The question is too long: shorten it to 16 kB.
        </p>
      )}
    </form>
  )
}
