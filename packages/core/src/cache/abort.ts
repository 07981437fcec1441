/**
 * Waits for something, or until a signal fires.
 *
 * Rejects with the signal's reason when it fires first; what comes of the work then is nobody's.
 */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    const over = (): void => signal.removeEventListener('abort', abort)
    work.then(resolve, reject).finally(over)
  })
}

/** The reason for which a load ends that nobody waits for any more. */
export function abandoned(path: string): DOMException {
  return new DOMException(`nobody waits for the load of ${JSON.stringify(path)} any more`, 'AbortError')
}
