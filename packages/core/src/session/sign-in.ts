import { invalidArgument } from '../errors.ts'
import type { OpenedPayload } from '../wire/seal.ts'
import type { ActiveSession, LeftSession } from './active-session.ts'
import { cookieOf } from './cookie-change.ts'
import { createRecord, endedMeanwhile, type NewRecord } from './creation.ts'
import { draftsOf, shownBy } from './drafts.ts'
import { endRecord } from './ending.ts'
import { isHidden } from './field-names.ts'
import { checkSizes, sizesOf } from './field-sizes.ts'
import type { FieldDraft } from './fields.ts'
import { keepAddedFlash } from './flash.ts'
import { checkLimit } from './limit.ts'
import type { Live } from './live.ts'
import { signInFailed } from './sign-in-failure.ts'

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
  /** The same of one that this request has ended already. */
  readonly left?: LeftSession | undefined
  /** Where it goes on, nobody has proved anything anew: it is as fresh as it was, and bound to where it was begun. */
  readonly found?: boolean
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
  if (how.left?.wasAlive === false) throw endedMeanwhile()
  // All that the caller can have done wrong shows before anything is ended.
  const known = knownOf(session, before, how)
  const drafts = draftsOf(session)
  const own = ownOf(session, userId, how, drafts)
  checkSizes(own === undefined ? (before?.fields.sizesWith(drafts) ?? new Map()) : sizesOf(own))
  if (before !== undefined && before.core.userId === undefined && how.found !== true) await checkLimit(engine, userId)
  const place = placeOf(session, how)
  const newest = before && (await endRecord(engine, before, place.placeOf !== undefined))
  if (how.renews === true && newest === undefined) {
    session.lose('ended')
    throw endedMeanwhile()
  }
  const payloads = own ?? keptOf(session, newest ?? new Map(), drafts)
  const version = own === undefined ? before?.core.version : undefined
  const hidden = new Map(session.hiddenValues)
  session.become(undefined)
  const made = { userId, payloads, version, key: place.key, placeOf: place.placeOf, ...known }
  const live = await createRecord(engine, client, made).catch(async (error: unknown) => {
    // Nobody takes the place that was kept.
    if (before !== undefined && place.placeOf !== undefined)
      engine.revocations.revokeLater({ addresses: [before.token.address] }, () => undefined)
    const left = newest && (own === undefined ? newest : NOTHING)
    await signInFailed(session, error, { before, newest: left, hidden })
    throw error
  })
  session.begin(live, cookieOf(live.token, live.core, live.core.created))
  session.view?.show(live.fields.dataNames)
}

/**
 * A session that goes on takes the place of the one before in the user's index, so that whoever ends all of the user's
 * sessions ends it, at whichever moment. A user who has proved nothing stays with the key for that, too.
 */
function placeOf(
  { live, engine: { keyring } }: ActiveSession,
  { renews = false, found = false }: SignIn,
): Pick<NewRecord, 'key' | 'placeOf'> {
  if (!renews || live === undefined) return {}
  const { address, key } = live.token
  if (key !== keyring.first && !found) return {}
  return { key, placeOf: address.sid }
}

const NOTHING: ReadonlyMap<string, OpenedPayload> = new Map()

function knownOf(
  { wantedAge }: ActiveSession,
  before: Live | undefined,
  { renews = false, left, found = false, methods, roles, remember, identified }: SignIn,
): Omit<NewRecord, 'userId' | 'payloads' | 'version' | 'key' | 'placeOf' | 'planned'> {
  const goingOn = renews ? before : left?.live
  const known = goingOn?.core
  const said = wantedAge === undefined ? undefined : wantedAge !== null
  // Another idle time, see `extend`, is that of the session as well.
  const remembers = remember ?? said ?? known?.remember ?? false
  const goesOn = known !== undefined && wantedAge === undefined && remembers === known.remember
  return {
    reason: known === undefined ? 'login' : 'elevation',
    methods: textsOf('methods', methods) ?? known?.methods ?? [],
    roles: textsOf('roles', roles) ?? known?.roles ?? [],
    remember: remembers,
    identified: identified ?? known?.identified ?? false,
    age: wantedAge ?? (known?.remember === true ? known.absolute - known.created : undefined),
    idle: goesOn ? goingOn?.idle : undefined,
    proof: found ? known : undefined,
  }
}

/** A copy: the caller may go on with its own. */
function textsOf(name: string, given: unknown): readonly string[] | undefined {
  if (given === undefined) return undefined
  if (Array.isArray(given) && given.every((item) => typeof item === 'string')) return [...given]
  throw invalidArgument(name, given, 'a list of texts')
}

/** What goes on where not all of it does; undefined where it does. */
function ownOf(
  session: ActiveSession,
  userId: string,
  { keep, identified }: SignIn,
  drafts: readonly FieldDraft[],
): ReadonlyMap<string, OpenedPayload> | undefined {
  if (keep === 'shown') return shownBy(session)
  const before = session.live?.core.userId
  if (before === undefined || before === userId) return undefined
  const own = new Map<string, OpenedPayload>()
  // Another user's data never do. What this request has set is of whom it says is signed in.
  if (identified !== true) return own
  for (const { field, payload } of drafts) if (payload !== undefined && !isHidden(field)) own.set(field, payload)
  keepAddedFlash(session, own)
  return own
}

/** A visitor's data become the user's, but for what belongs to the log-in itself. */
function keptOf(
  { live, engine: { settings } }: ActiveSession,
  newest: ReadonlyMap<string, OpenedPayload>,
  drafts: readonly FieldDraft[],
): ReadonlyMap<string, OpenedPayload> {
  const kept = new Map(newest)
  for (const { field, payload } of drafts) {
    if (payload === undefined) kept.delete(field)
    else kept.set(field, payload)
  }
  if (live?.core.userId === undefined) for (const field of settings.preLogin) kept.delete(field)
  return kept
}
