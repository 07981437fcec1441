import { RedstartError } from '../errors.ts'
import { isThenable } from '../promises.ts'
import type { ActiveSession } from './active-session.ts'
import { dataOf } from './drafts.ts'
import { punctual } from './engine.ts'
import { checkSizes } from './field-sizes.ts'
import type { FieldDraft } from './fields.ts'
import type { Live } from './live.ts'
import { MOST_ATTEMPTS } from './saving.ts'
import { fieldPayload, fieldValue } from './sealed.ts'
import { presenting, tooLong } from './presenting.ts'

/**
 * Changes one field by what the backend has of it at that moment, so that of concurrent changes none is lost: it is
 * stored only where nobody else has changed the field since it was read, and made anew where somebody has.
 *
 * @param change gets the stored value, or undefined; what it returns is stored, or the field deleted for undefined. It may
 *   be called several times; what it waits for may take as long as `updateTimeout` says, all its calls together.
 * @returns what was stored.
 * @throws RedstartError `LOAD_TIMEOUT`, `SESSION_CONFLICT` where others were faster again and again or the session has ended meanwhile,
 *   `INVALID_ARGUMENT`, `UNSUPPORTED_VALUE`, `VALUE_TOO_LARGE`, or what the store rejects with.
 */
export async function updateField(
  session: ActiveSession,
  field: string,
  change: (value: unknown) => unknown,
): Promise<unknown> {
  session.view?.check(field)
  const inTime = timed(session, field)
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    if (session.outage !== undefined) throw session.outage
    const { live } = session
    // Nobody else can know of a session that is not stored yet.
    if (live === undefined) return await inTime(change(dataOf(session)[field]))
    const before = live.fields.bytes(field)
    // Outside of all steps: what it does with the session may be one itself.
    const value = await inTime(change(live.fields.value(field)))
    const payload = value === undefined ? undefined : fieldPayload(field, value)
    const stored = await session.steps.run(() => store(session, live, before, { field, payload }))
    if (stored) return payload && fieldValue(payload)?.value
  }
  throw gone(field, `changed by others ${MOST_ATTEMPTS} times`)
}

/** Waits for what the function returns, as long as there is time: an answer may be waiting for it. */
function timed({ engine: { clock, settings } }: ActiveSession, field: string): (value: unknown) => Promise<unknown> {
  const { updateTimeout } = settings
  const end = clock.now() + updateTimeout
  return async (value) => {
    if (!isThenable(value)) return value
    return await new Promise((resolve, reject) => {
      const cancel = clock.schedule(Math.max(0, end - clock.now()), () => reject(tooSlow(field, updateTimeout)))
      Promise.resolve(value).then(resolve, reject).finally(cancel)
    })
  }
}

function tooSlow(field: string, most: number): RedstartError {
  return new RedstartError(
    'LOAD_TIMEOUT',
    `What update(${JSON.stringify(field)}) was given took longer than ${most} ms; nothing was stored: make it faster, or raise sessions.updateTimeout`,
  )
}

/** False where it is to be tried again: somebody else was faster, or the session is another one by now. */
async function store(
  session: ActiveSession,
  live: Live,
  before: Uint8Array | undefined,
  draft: FieldDraft,
): Promise<boolean> {
  const { engine } = session
  const { grace } = engine.settings
  const { fields, sealed } = live
  const { field, payload } = draft
  // A step before this one may have been about the same.
  if (session.live?.fields !== fields || fields.bytes(field) !== before) return false
  checkSizes(fields.sizesWith([draft]))
  const changed = fields.change(draft, 'refuse')
  const reply = await presenting(session, live, ({ address, verifier }) =>
    punctual(engine, (until, timeout) =>
      engine.store.commit({ address, verifier, changes: [changed], touch: false, grace, until }, timeout),
    ),
  )
  if (reply.kind === 'committed') {
    fields.stored(field, changed.bytes, payload)
    return true
  }
  if (reply.kind === 'full') throw gone(field, 'there are as many fields as there may be')
  if (reply.kind === 'reuse') throw tooLong()
  if (reply.kind !== 'conflict') {
    session.lose(reply.kind)
    throw gone(field, `the session is ${reply.kind}`)
  }
  const theirs = reply.fields.get(field)
  fields.stored(field, theirs, theirs && sealed.openField(field, theirs))
  return false
}

function gone(field: string, why: string): RedstartError {
  return new RedstartError(
    'SESSION_CONFLICT',
    `The field ${JSON.stringify(field)} of the session could not be updated: ${why}; nothing was stored`,
  )
}
