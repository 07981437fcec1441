import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import type { ActivityLog } from './activity.ts'
import type { Audit } from './audit.ts'
import type { ImportPauses } from './import-pauses.ts'
import type { Keyring, KeyScope } from './keyring.ts'
import type { Revocations } from './revocations.ts'
import type { Watching } from './watching.ts'
import type { SessionStore } from './session-store.ts'
import type { SessionSettings } from './settings.ts'
import type { StoreTime } from './store-time.ts'

/** What all sessions of one namespace share. */
export interface SessionEngine {
  readonly store: SessionStore
  readonly settings: SessionSettings
  readonly keyring: Keyring
  readonly scope: KeyScope
  readonly time: StoreTime
  readonly clock: Clock
  readonly audit: Audit
  readonly activity: ActivityLog
  readonly revocations: Revocations
  readonly watching: Watching
  readonly importPauses: ImportPauses
}

/**
 * Makes a call that must not take effect after its caller has given up: with an instant after which it does nothing. Where
 * it came late, nothing was done, so it is made once more while there is time.
 */
export async function punctual<Reply extends { readonly kind: string; readonly now: number }>(
  { time, clock, settings: { deadline } }: SessionEngine,
  call: (until: number, timeout: number) => Promise<Reply>,
): Promise<Exclude<Reply, { kind: 'late' }>> {
  const begun = clock.now()
  for (let attempt = 1; ; attempt += 1) {
    if (!time.known) await time.ask(deadline)
    const sent = clock.now()
    const left = deadline - (sent - begun)
    if (left <= 0) throw late(deadline)
    const reply = await call(time.earliest(sent) + left, left)
    if (isInTime(reply)) {
      time.learned(reply.now, sent)
      return reply
    }
    time.corrected(reply.now, sent)
    if (attempt === 2) throw late(deadline)
  }
}

function isInTime<Reply extends { readonly kind: string }>(reply: Reply): reply is Exclude<Reply, { kind: 'late' }> {
  return reply.kind !== 'late'
}

function late(deadline: number): RedstartError {
  return new RedstartError(
    'STORE_TIMEOUT',
    `The backend was not reached within ${deadline} ms; nothing was changed, so it can be tried again`,
  )
}
