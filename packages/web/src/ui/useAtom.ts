/**
 * useAtom: the value of an `AtomRef` in a component, which is drawn anew when it changes.
 */
import type * as AtomRef from "effect/reactivity/AtomRef"
import { useLayoutEffect, useState } from "preact/hooks"

export const useAtom = <A>(ref: AtomRef.ReadonlyRef<A>): A => {
  const [, drawn] = useState({ value: ref.value })
  useLayoutEffect(() => {
    // It may have changed between the drawing and now.
    drawn({ value: ref.value })
    return ref.subscribe((value) => drawn({ value }))
  }, [ref])
  return ref.value
}
