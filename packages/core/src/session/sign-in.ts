import { RedstartError } from '../errors.ts'
import type { OpenedPayload } from '../wire/seal.ts'
import type { ActiveSession } from './active-session.ts'
import { cookieOf } from './cookie-change.ts'
import { createRecord, type NewRecord } from './creation.ts'
import { draftsOf, shownBy } from './drafts.ts'
import { endRecord } from './ending.ts'
import { isHidden } from './field-names.ts'
import { checkSizes, type FieldDraft, sizesOf } from './fields.ts'
import type { Live } from './live.ts'
import { fieldValue } from './sealed.ts'

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
  /**
   * The session of a user goes on: what is known of the user stays, and it must not have ended meanwhile. Otherwise
   * somebody has proved who they are, whatever became of the session before.
   */
  readonly renews?: boolean
}

/**
 * Signs a user in under a new selector and a new secret: who knew the cookie before knows nothing of the one after. The
 * old record ends first, so that where anything fails nobody is signed in.
 *
 * @throws RedstartError `NOT_SIGNED_IN` where the session that should go on has ended, or as `createRecord` does.
 */
export async function signIn(session: ActiveSession, userId: string, how: SignIn): Promise<void> {
  if (session.outage !== undefined) throw session.outage
  session.requireHead()
  const { engine, client, live: before } = session
  // All that the caller can have done wrong shows before anything is ended.
  const drafts = draftsOf(session)
  const shown = how.keep === 'shown' ? shownBy(session) : undefined
  checkSizes(shown === undefined ? (before?.fields.sizesWith(drafts) ?? new Map()) : sizesOf(shown))
  const newest = before && (await endRecord(engine, before))
  if (how.renews === true && newest === undefined) {
    session.lose('ended')
    throw new RedstartError('NOT_SIGNED_IN', 'The session has ended meanwhile; the user must sign in again')
  }
  const kept = shown ?? keptOf(session, userId, newest ?? new Map(), drafts)
  session.become(undefined)
  const made = { userId, payloads: kept, ...knownOf(session, before, how) }
  const live = await createRecord(engine, client, made).catch((error: unknown) => {
    // What was a user's is nobody else's. A visitor's begins anew, if the handler goes on.
    if (before?.core.userId !== undefined) session.lose('replaced')
    else showAll(session, newest ?? new Map())
    throw error
  })
  session.begin(live, cookieOf(live.token, live.core, live.core.created))
  session.view?.show(live.fields.dataNames)
}

function showAll({ view }: ActiveSession, payloads: ReadonlyMap<string, OpenedPayload>): void {
  const touched = view?.touched()
  for (const [field, payload] of payloads)
    if (!isHidden(field) && touched?.has(field) !== true) view?.put(field, fieldValue(payload)?.value)
}

function knownOf(
  { wantedAge }: ActiveSession,
  before: Live | undefined,
  { renews = false, methods, roles, remember, identified }: SignIn,
): Omit<NewRecord, 'userId' | 'payloads'> {
  const known = renews ? before?.core : undefined
  const said = wantedAge === undefined ? undefined : wantedAge !== null
  return {
    reason: known === undefined ? 'login' : 'elevation',
    methods: methods ?? known?.methods ?? [],
    roles: roles ?? known?.roles ?? [],
    remember: remember ?? said ?? known?.remember ?? false,
    identified: identified ?? known?.identified ?? false,
    age: wantedAge ?? (known?.remember === true ? known.absolute - known.created : undefined),
    idle: known?.remember === true && wantedAge === undefined ? before?.idle : undefined,
  }
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
