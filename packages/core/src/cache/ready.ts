import { type Duration, milliseconds } from '../duration.ts'
import { checkObject, RedstartError } from '../errors.ts'
import type { Engine } from './engine.ts'

/** What waiting for the backend came to. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly error: RedstartError }

export interface ReadyOptions {
  /**
   * How long to try. The instance works without having waited: reads connect, and run their loaders until then.
   * @default '5s'
   */
  readonly timeout?: Duration
}

const PAUSE_MS = 50

/** Connects, and waits until the backend has answered once. Never rejects for a backend that does not. */
export async function whenReady(
  { coherence, clock, deadline, checkOpen }: Pick<Engine, 'coherence' | 'clock' | 'deadline' | 'checkOpen'>,
  options: ReadyOptions = {},
): Promise<Readiness> {
  checkObject('the options of ready', options)
  const { timeout = '5s' } = options
  const until = clock.now() + milliseconds(timeout, 'timeout')
  for (;;) {
    checkOpen()
    try {
      await coherence.ask(Math.max(1, Math.min(deadline, until - clock.now())))
      return { ready: true }
    } catch (error) {
      if (!RedstartError.is(error) || error.code === 'CLOSED') throw error
      if (clock.now() + PAUSE_MS >= until) return { ready: false, error }
      await new Promise<void>((resolve) => clock.schedule(PAUSE_MS, resolve))
    }
  }
}
