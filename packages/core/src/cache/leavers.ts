/** Who is told when a signal aborts. One request's signal is handed to many reads: they share one listener of it. */
const leavers = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Has `leave` called when the signal aborts, at once where it has.
 *
 * @returns takes it back.
 */
export function onLeave(signal: AbortSignal, leave: () => void): () => void {
  if (signal.aborted) {
    leave()
    return () => undefined
  }
  const waiting = leavers.get(signal) ?? listen(signal)
  waiting.add(leave)
  return () => {
    waiting.delete(leave)
  }
}

/** The listener stays as long as the signal, and holds nothing when nobody waits. */
function listen(signal: AbortSignal): Set<() => void> {
  const waiting = new Set<() => void>()
  leavers.set(signal, waiting)
  signal.addEventListener(
    'abort',
    () => {
      leavers.delete(signal)
      for (const leave of waiting) leave()
    },
    { once: true },
  )
  return waiting
}
