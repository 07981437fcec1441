import { setTimeout } from 'node:timers/promises'
import { RedstartError } from '@redstart/core'

/** Milliseconds between two looks. */
const PAUSE = 10

/**
 * Looks again and again until the condition holds. A look that fails counts as no.
 *
 * @param what is waited for, for the message: 'every node to see the cluster as ok'.
 * @throws RedstartError `STORE_TIMEOUT` after `timeout` milliseconds; its cause is the failure of the last look.
 */
export async function waitUntil(condition: () => Promise<boolean>, what: string, timeout: number): Promise<void> {
  const deadline = AbortSignal.timeout(timeout)
  let cause: unknown
  while (!deadline.aborted) {
    try {
      if (await condition()) return
      cause = undefined
    } catch (error) {
      cause = error
    }
    await setTimeout(PAUSE)
  }
  throw new RedstartError('STORE_TIMEOUT', `Waited ${timeout} ms in vain for ${what}`, { cause })
}
