import type { OpenedPayload } from '../wire/seal.ts'
import type { SessionEngine } from './engine.ts'
import { SessionFields } from './fields.ts'
import type { Live } from './live.ts'
import { presentedBy } from './token.ts'

/**
 * Ends a record because another one takes its place.
 *
 * @param keepsPlace of a user's: until the other one is there, who ends all of the user's sessions ends that one too.
 * @returns what it held up to its end, since other requests may have changed it since it was loaded; undefined where it
 *   had ended before, by itself or by somebody: nothing of it goes on then.
 * @throws RedstartError what the store rejects with.
 */
export async function endRecord(
  engine: SessionEngine,
  live: Live,
  keepsPlace: boolean = false,
): Promise<ReadonlyMap<string, OpenedPayload> | undefined> {
  const { store, settings, clock, time, audit, activity, revocations } = engine
  const { address, verifier } = presentedBy(live.token)
  const { grace, deadline } = settings
  const sent = clock.now()
  const reply = await store.end({ address, verifier, grace, keepsPlace }, deadline)
  time.learned(reply.now, sent)
  const told = { type: 'session.ended', sid: address.sid, userId: live.core.userId, reason: 'replaced' } as const
  if (reply.kind === 'reuse') {
    // Its secret was replaced while this request ran, and others have the new one: it ends for them as well.
    await revocations.revoke({ addresses: [address] }, () => audit.tell(told))
    return undefined
  }
  if (reply.kind !== 'ended-now') return undefined
  audit.tell(told)
  activity.note({ kind: 'ended', sid: address.sid })
  const newest = new SessionFields(live.sealed, reply.fields, () => undefined).payloads()
  // What follows is of this version, as what it holds must be.
  if (live.core.version < settings.version)
    for (const { field, payload } of live.fields.adaptedOf(reply.fields)) {
      if (payload === undefined) newest.delete(field)
      else newest.set(field, payload)
    }
  return newest
}
