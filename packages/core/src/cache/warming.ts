import { AsyncLocalStorage } from 'node:async_hooks'
import { RedstartError } from '../errors.ts'

/** One piece of work of a warmer, and the one that it is part of. */
interface Work {
  readonly warmer: object
  readonly outer: Work | undefined
  /** False once it has ended: what it has left behind is no part of it any more. */
  running: boolean
}

const storage = new AsyncLocalStorage<Work>()

/** Does a piece of a warmer's work. */
export async function asPartOf<T>(warmer: object, act: () => T | Promise<T>): Promise<T> {
  const work: Work = { warmer, outer: storage.getStore(), running: true }
  try {
    return await storage.run(work, async () => act())
  } finally {
    work.running = false
  }
}

/** @throws RedstartError `LOAD_CYCLE` where the caller is itself part of the warmer's work: it would wait for itself. */
export function checkNoCycle(warmer: object, name: string): void {
  for (let work = storage.getStore(); work !== undefined; work = work.outer)
    if (work.warmer === warmer && work.running)
      throw new RedstartError(
        'LOAD_CYCLE',
        `the warmer ${JSON.stringify(name)} runs itself, and would wait for itself; run it from elsewhere`,
      )
}
