import { setImmediate } from 'node:timers/promises'
import type { HttpPolicy } from '@redstart/core/http'

/**
 * Has an adapter do all that it does for a response cache, hold the head, wait, show the body as it leaves, and changes
 * nothing: whatever scores otherwise with it than without it is the fault of the adapter.
 */
export const bystander: HttpPolicy<undefined> = {
  name: 'bystander',
  decide: () => ({ type: 'next', state: undefined }),
  async settle() {
    await setImmediate()
    return { type: 'capture', capture: { write() {}, finish() {}, abort() {} } }
  },
}
