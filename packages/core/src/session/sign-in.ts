import type { OpenedPayload } from '../wire/seal.ts'
import type { ActiveSession } from './active-session.ts'
import { cookieOf } from './cookie-change.ts'
import { createRecord } from './creation.ts'
import { isHidden } from './field-names.ts'
import type { FieldDraft } from './fields.ts'
import { SessionFields } from './fields.ts'
import type { Live } from './live.ts'
import { presentedBy } from './token.ts'

/** How somebody signs in. */
export interface SignIn {
  /** How the user proved who they are: `pwd`, `otp`, ... (RFC 8176). */
  readonly methods?: readonly string[]
  readonly roles?: readonly string[]
  /** The cookie outlives the browser, and the session lives by `remember`. */
  readonly remember?: boolean
  /** The user was found in the data. */
  readonly identified?: boolean
  /** `shown`: nothing but what the handler has before it. @default 'all' */
  readonly keep?: 'all' | 'shown'
}

/**
 * Signs a user in under a new selector and a new secret: who knew the cookie before knows nothing of the one after. The
 * old record ends first, so that where anything fails nobody is signed in.
 */
export async function signIn(session: ActiveSession, userId: string, how: SignIn): Promise<void> {
  if (session.outage !== undefined) throw session.outage
  session.requireHead()
  const { engine, client, live: before } = session
  // All that the caller can have done wrong shows before anything is ended.
  const drafts = session.drafts()
  const shown = session.shown()
  const newest = before === undefined ? new Map<string, OpenedPayload>() : await ended(session, before)
  const kept = how.keep === 'shown' ? shown : keptOf(session, userId, newest, drafts)
  const same = before !== undefined && before.core.userId === userId
  session.become(undefined)
  const live = await createRecord(engine, client, {
    userId,
    reason: same ? 'elevation' : 'login',
    payloads: kept,
    methods: how.methods ?? (same ? before.core.methods : []),
    roles: how.roles ?? (same ? before.core.roles : []),
    remember: how.remember ?? wantsToBeRemembered(session, same && before.core.remember),
    age: session.wantedAge ?? undefined,
    identified: how.identified ?? false,
  })
  session.begin(live, cookieOf(live.token, live.core, live.touched))
  session.view?.show(live.fields.names.filter((field) => !isHidden(field)))
}

function wantsToBeRemembered({ wantedAge }: ActiveSession, before: boolean): boolean {
  return wantedAge === undefined ? before : wantedAge !== null
}

/** What the old record held, up to its end: other requests may have changed it since it was loaded. */
async function ended({ engine }: ActiveSession, live: Live): Promise<Map<string, OpenedPayload>> {
  const { store, settings, clock, time, audit, activity } = engine
  const { sid } = live.token.address
  const sent = clock.now()
  const reply = await store.end({ ...presentedBy(live.token), grace: settings.grace }, settings.deadline)
  time.learned(reply.now, sent)
  // It ended by itself meanwhile, or somebody ended it: nothing of it goes on.
  if (reply.kind !== 'ended-now') return new Map()
  audit.tell({ type: 'session.ended', sid, userId: live.core.userId, reason: 'replaced' })
  activity.note({ kind: 'ended', sid, device: live.core.device.kind })
  return new SessionFields(live.sealed, reply.fields, () => undefined).payloads()
}

/** A visitor's data become the user's, but for what belongs to the log-in itself; another user's never do. */
function keptOf(
  { live, engine: { settings } }: ActiveSession,
  userId: string,
  newest: ReadonlyMap<string, OpenedPayload>,
  drafts: readonly FieldDraft[],
): ReadonlyMap<string, OpenedPayload> {
  const before = live?.core.userId
  if (before !== undefined && before !== userId) return new Map()
  const kept = new Map(newest)
  for (const { field, payload } of drafts) {
    if (payload === undefined) kept.delete(field)
    else kept.set(field, payload)
  }
  if (before === undefined) for (const field of settings.preLogin) kept.delete(field)
  return kept
}
