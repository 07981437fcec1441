import { RedstartError } from '../errors.ts'
import type { OpenedPayload } from '../wire/seal.ts'
import { nonceOf } from '../wire/seal.ts'
import type { ActiveSession } from './active-session.ts'
import { cookieOf } from './cookie-change.ts'
import { createRecord } from './creation.ts'
import { punctual } from './engine.ts'
import { checkSizes, type FieldDraft } from './fields.ts'
import type { Live } from './live.ts'
import { mergedDrafts } from './merging.ts'
import { rotate } from './rotation.ts'
import { isRotationDue } from './rotation-due.ts'
import type { CommitReply, FieldChange } from './session-store.ts'
import { signIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'
import { presentedBy } from './token.ts'
import { checkUserId } from './user-id.ts'

/**
 * Stores what this request has changed, and nothing where it changed nothing. Who is signed in follows the data where a
 * library keeps it there.
 *
 * @throws RedstartError `SESSION_CONFLICT` with strict conflicts, `VALUE_TOO_LARGE`, `UNSUPPORTED_VALUE`,
 *   `INVALID_ARGUMENT`, `TOO_MANY_SESSIONS`, `SESSION_LIMIT`, or what the store rejects with.
 */
export async function commit(session: ActiveSession): Promise<void> {
  if (session.destroyed) return
  await followData(session)
  if (session.isAgeDue) await beginAnew(session)
  const drafts = session.drafts()
  if (session.outage !== undefined && drafts.length > 0) throw session.outage
  if (session.live === undefined) return await begin(session, drafts)
  await save(session, session.live, drafts)
  if (!session.headHasLeft && session.live !== undefined && isRotationDue(session.engine, session.live))
    await rotate(session)
}

/** The same for what is changed after the response has left, where nobody can be told of a failure. */
export async function commitLate(session: ActiveSession): Promise<void> {
  try {
    await commit(session)
  } catch (error) {
    const reason = RedstartError.is(error) ? error.code : 'STORE_FAILED'
    session.engine.audit.tell({ type: 'session.lost', sid: session.sid ?? '', reason })
  }
}

/** A classic library never says who signs in or out: it shows in what it stores. */
async function followData(session: ActiveSession): Promise<void> {
  const { engine, live, regenerated } = session
  if (session.outage !== undefined || !session.isTouched) return
  const found = engine.settings.identify(session.data())
  session.regenerated = false
  if (found !== undefined) {
    const userId = checkUserId(found)
    const keep = regenerated ? 'shown' : 'all'
    if (regenerated || userId !== live?.core.userId) await signIn(session, userId, { identified: true, keep })
    return
  }
  if (live === undefined || !(regenerated || live.core.identified)) return
  await beginAsVisitor(session, regenerated ? 'replaced' : 'logout')
}

/** The record ends; what the handler would read goes on in one of nobody's. */
async function beginAsVisitor(session: ActiveSession, reason: 'replaced' | 'logout'): Promise<void> {
  const kept = session.shown()
  await signOut(session, reason)
  await begin(
    session,
    [...kept].map(([field, payload]) => ({ field, payload })),
  )
}

/** A record's end is set when it is made, so one that shall live for another time is another one. */
async function beginAnew(session: ActiveSession): Promise<void> {
  const { userId, identified } = session.live?.core ?? {}
  if (userId === undefined) return await beginAsVisitor(session, 'replaced')
  await signIn(session, userId, { identified: identified === true, remember: session.wantedAge !== null })
}

/** The first data of a visitor. */
async function begin(session: ActiveSession, drafts: readonly FieldDraft[]): Promise<void> {
  const payloads = new Map<string, OpenedPayload>()
  for (const { field, payload } of drafts) if (payload !== undefined) payloads.set(field, payload)
  if (payloads.size === 0 && !session.isWanted) return
  session.requireHead()
  const { engine, client } = session
  const live = await createRecord(engine, client, {
    ...{ userId: undefined, reason: 'anonymous', payloads, methods: [], roles: [], identified: false },
    remember: session.wantedAge !== undefined && session.wantedAge !== null,
    age: session.wantedAge ?? undefined,
    planned: session.planned,
  })
  session.begin(live, cookieOf(live.token, live.core, live.touched))
}

async function save(session: ActiveSession, live: Live, drafts: readonly FieldDraft[]): Promise<void> {
  const { engine } = session
  const { settings } = engine
  if (drafts.length > 0) checkSizes(live.fields.sizesWith(drafts))
  let wanted = drafts
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const changed = new Set(wanted.map(({ field }) => field))
    const adapting = live.core.version < settings.version
    const own = [...live.fields.resealed(changed), ...(adapting ? live.fields.adaptations(changed) : [])]
    const changes = [...wanted.map((draft) => live.fields.change(draft, howOnMismatch(session, draft))), ...own]
    const core = adapting || live.sealed.isOld(live.coreBytes) ? renewedCore(live, settings.version) : undefined
    if (changes.length === 0 && core === undefined) return
    const reply = await send(session, live, changes, core?.bytes)
    if (reply.kind !== 'conflict') return settle(session, live, { wanted, changes, core, reply })
    if (settings.strict || reply.fields.size === 0) throw conflict([...reply.fields.keys()])
    wanted = mergedDrafts(session, live, wanted, reply.fields)
  }
  throw conflict(wanted.map(({ field }) => field))
}

/** How often a merge is tried while others go on changing the same fields. */
const MOST_ATTEMPTS = 10

interface NewCore {
  readonly bytes: Uint8Array
  readonly core: Live['core']
}

function renewedCore({ sealed, core }: Live, version: number): NewCore {
  const renewed = { ...core, version: Math.max(version, core.version) }
  return { core: renewed, bytes: sealed.sealCore(renewed) }
}

function howOnMismatch({ engine: { settings } }: ActiveSession, { field }: FieldDraft): FieldChange['onMismatch'] {
  return settings.strict || settings.merge.has(field) ? 'refuse' : 'change'
}

type Sent = Exclude<CommitReply, { kind: 'late' }>

async function send(
  { engine }: ActiveSession,
  live: Live,
  changes: readonly FieldChange[],
  core: Uint8Array | undefined,
): Promise<Sent> {
  const { store, settings } = engine
  const replaced = core === undefined ? {} : { core: { bytes: core, nonce: nonceOf(live.coreBytes) } }
  const request = { ...presentedBy(live.token), changes, ...replaced, touch: false, grace: settings.grace }
  return punctual(engine, (dated, timeout) => store.commit({ ...request, ...dated }, timeout))
}

interface Settled {
  readonly wanted: readonly FieldDraft[]
  readonly changes: readonly FieldChange[]
  readonly core: NewCore | undefined
  readonly reply: Exclude<Sent, { kind: 'conflict' }>
}

function settle(session: ActiveSession, live: Live, { wanted, changes, core, reply }: Settled): void {
  const { audit } = session.engine
  const { sid } = live.token.address
  if (reply.kind === 'full')
    throw new RedstartError(
      'VALUE_TOO_LARGE',
      'The session has no room for another field; put fields together in objects',
    )
  if (reply.kind !== 'committed') {
    // It ended while the request ran: a late save must bring nothing back.
    audit.tell({ type: 'session.lost', sid, reason: reply.kind })
    return session.become(undefined)
  }
  for (const _ of reply.mismatched) audit.count('conflict')
  const payloads = new Map(wanted.map(({ field, payload }) => [field, payload]))
  for (const { field, bytes, onMismatch } of changes) {
    if (onMismatch === 'leave' && reply.mismatched.includes(field)) continue
    live.fields.stored(field, bytes, payloads.has(field) ? payloads.get(field) : live.fields.payload(field))
  }
  if (core !== undefined) session.live = { ...live, core: core.core, coreBytes: core.bytes }
}

function conflict(fields: readonly string[]): RedstartError {
  return new RedstartError(
    'SESSION_CONFLICT',
    `Another request has changed ${fields.join(', ') || 'the session'} meanwhile; nothing was stored: load the session again, or use update()`,
  )
}
