import type { Clock } from '../clock.ts'

/**
 * Waits for something, or takes something else in its place once it has taken too long.
 *
 * @param timeout milliseconds.
 * @param otherwise what there is in its place by then; undefined to go on waiting.
 */
export function unlessSlow<T, U>(
  clock: Clock,
  timeout: number,
  work: Promise<T>,
  otherwise: () => U | undefined,
): Promise<T | U> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(timeout, () => {
      const instead = otherwise()
      if (instead !== undefined) resolve(instead)
    })
    work.then(resolve, reject).finally(cancel)
  })
}
