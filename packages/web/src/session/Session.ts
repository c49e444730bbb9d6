/**
 * Session: whether the server lets this page in.
 */
import * as AtomRef from "effect/reactivity/AtomRef"

const state = AtomRef.make(true)

/** False where the server wants its token first. */
export const isOpen: AtomRef.ReadonlyRef<boolean> = state

/** The server said that it wants its token. */
export const close = (): void => void state.set(false)
