import { identityTests } from './identity.ts'
import type { SessionAdapterTest } from './session-test.ts'

/** What the tests of sessions are about. */
export type SessionSubject = 'ids'

/**
 * All that is expected of an adapter of a web framework with sessions, by subject. For any runner: a test rejects when it
 * fails.
 */
export const sessionAdapterTests: Readonly<Record<SessionSubject, readonly SessionAdapterTest[]>> = {
  ids: identityTests,
}
