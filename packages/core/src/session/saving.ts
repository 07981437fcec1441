import { RedstartError } from '../errors.ts'
import { nonceOf } from '../wire/seal.ts'
import type { ActiveSession } from './active-session.ts'
import { punctual } from './engine.ts'
import { checkSizes } from './field-sizes.ts'
import type { FieldDraft } from './fields.ts'
import type { Live } from './live.ts'
import { mergedDrafts, mergesField } from './merging.ts'
import { isHidden } from './field-names.ts'
import type { CommitReply, FieldChange } from './session-store.ts'
import { presenting, tooLong } from './presenting.ts'

/**
 * How often a change is made anew while others go on changing the same fields. Each time one of them gets through, so this
 * many can do so at once.
 */
export const MOST_ATTEMPTS = 500

/**
 * Stores the changes of a session that is stored already.
 *
 * @throws RedstartError `SESSION_CONFLICT`, `VALUE_TOO_LARGE`, or what the store rejects with.
 */
export async function save(session: ActiveSession, live: Live, drafts: readonly FieldDraft[]): Promise<void> {
  const { settings } = session.engine
  const hidden = new Map(session.hiddenValues)
  if (drafts.length > 0) checkSizes(live.fields.sizesWith(drafts))
  let wanted = drafts
  let core = renewedCore(session, live)
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const changes = changesOf(session, live, wanted)
    if (changes.length === 0 && core === undefined) return
    const reply = await send(session, live, changes, core?.bytes)
    if (reply.kind !== 'conflict') {
      settle(session, live, { wanted, changes, core, reply })
      session.hiddenStored(hidden)
      return wanted === drafts ? undefined : showMerged(session, live, drafts, wanted)
    }
    const refused = [...reply.fields.keys()].filter((field) => !isHidden(field))
    if (settings.strict && refused.length > 0) throw conflict(refused)
    // Somebody else has rewritten the core: then it needs nothing any more.
    core = undefined
    wanted = mergedDrafts(session, live, wanted, reply.fields)
  }
  throw conflict(wanted.map(({ field }) => field))
}

/** What was brought together with others' is what the handler has from now on, lest it take theirs away by and by. */
function showMerged(
  { view }: ActiveSession,
  { fields }: Live,
  drafts: readonly FieldDraft[],
  wanted: readonly FieldDraft[],
): void {
  for (const { field } of wanted.filter((draft) => !drafts.includes(draft) && !isHidden(draft.field)))
    view?.put(field, fields.value(field))
}

interface NewCore {
  readonly bytes: Uint8Array
  readonly core: Live['core']
}

/** What the library rewrites by itself: what was sealed with another key, and data of a version before. */
function renewedCore({ engine: { settings } }: ActiveSession, live: Live): NewCore | undefined {
  const { sealed, core } = live
  if (core.version >= settings.version && !sealed.isOld(live.coreBytes)) return undefined
  const renewed = { ...core, version: Math.max(settings.version, core.version) }
  return { core: renewed, bytes: sealed.sealCore(renewed) }
}

/** What is wanted, and what the library rewrites of other fields. Data of a version that is not known here stay as they are. */
function changesOf(
  { engine: { settings } }: ActiveSession,
  { fields, core }: Live,
  wanted: readonly FieldDraft[],
): readonly FieldChange[] {
  const changes: FieldChange[] = []
  const changed = new Set<string>()
  for (const draft of wanted) {
    const refuses = settings.strict || mergesField(settings, draft.field)
    changes.push(fields.change(draft, refuses ? 'refuse' : 'change'))
    changed.add(draft.field)
  }
  const adapts = core.version < settings.version
  for (const draft of fields.oldDrafts(changed, adapts)) changes.push(fields.change(draft, 'leave'))
  return changes
}

type Sent = Exclude<CommitReply, { kind: 'late' }>

function send(
  session: ActiveSession,
  live: Live,
  changes: readonly FieldChange[],
  bytes: Uint8Array | undefined,
): Promise<Sent> {
  const { engine } = session
  const { store, settings } = engine
  const { grace } = settings
  const core = bytes && { bytes, nonce: nonceOf(live.coreBytes) }
  return presenting(session, live, ({ address, verifier }) =>
    punctual(engine, (until, timeout) =>
      store.commit({ address, verifier, changes, core, touch: false, grace, until }, timeout),
    ),
  )
}

interface Settled {
  readonly wanted: readonly FieldDraft[]
  readonly changes: readonly FieldChange[]
  readonly core: NewCore | undefined
  readonly reply: Exclude<Sent, { kind: 'conflict' }>
}

function settle(session: ActiveSession, live: Live, { wanted, changes, core, reply }: Settled): void {
  if (reply.kind === 'full')
    throw new RedstartError(
      'VALUE_TOO_LARGE',
      'The session has no room for another field; put fields together in objects',
    )
  if (reply.kind === 'reuse') throw tooLong()
  // It ended while the request ran: a late save must bring nothing back.
  if (reply.kind !== 'committed') return session.lose(reply.kind)
  for (const _ of reply.mismatched) session.engine.audit.count('conflict')
  for (const { field, bytes, onMismatch } of changes) {
    if (onMismatch === 'leave' && reply.mismatched.includes(field)) continue
    const draft = wanted.find((each) => each.field === field) ?? { payload: live.fields.payload(field) }
    live.fields.stored(field, bytes, draft.payload)
  }
  if (core !== undefined) session.live = { ...live, core: core.core, coreBytes: core.bytes }
}

function conflict(fields: readonly string[]): RedstartError {
  return new RedstartError(
    'SESSION_CONFLICT',
    `Another request has changed ${fields.join(', ') || 'the session'} meanwhile; nothing was stored: load the session again, or use update()`,
  )
}
