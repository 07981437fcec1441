import type { OpenedPayload } from '../wire/seal.ts'
import type { ActiveSession } from './active-session.ts'
import type { FieldDraft } from './fields.ts'
import { isRotationDue } from './rotation-due.ts'
import { fieldPayload } from './sealed.ts'

/**
 * What the handler of a request has changed.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a name that no field may have, `UNSUPPORTED_VALUE` for a value that would
 *   not come back the same.
 */
export function draftsOf({ view, live, hiddenValues }: ActiveSession): readonly FieldDraft[] {
  const values = view?.touched() ?? new Map<string, unknown>()
  for (const field of live?.fields.dataNames ?? [])
    if (!values.has(field) && view?.isGone(field) !== false) values.set(field, undefined)
  for (const [field, value] of hiddenValues) values.set(field, value)
  const drafts: FieldDraft[] = []
  for (const [field, value] of values) {
    const draft = live === undefined ? begun(field, value) : live.fields.draft(field, value)
    if (draft !== undefined) drafts.push(draft)
  }
  return drafts
}

/** Of a field that nothing is stored of. */
function begun(field: string, value: unknown): FieldDraft | undefined {
  return value === undefined ? undefined : { field, payload: fieldPayload(field, value) }
}

/** Whether the handler has looked at anything that can be changed, or has set something. */
export function isTouched({ view, live, regenerated, destroyed }: ActiveSession): boolean {
  if (view === undefined || destroyed) return false
  return regenerated || view.isTouched(live?.fields.dataNames ?? [])
}

/** Whether a commit may have anything to do. */
export function isPending(session: ActiveSession): boolean {
  const { live, engine, destroyed } = session
  if (session.isWanted || session.hiddenValues.size > 0 || session.isAgeDue || session.regenerated) return true
  if (isTouched(session) && mayBeChanged(session)) return true
  if (live === undefined || destroyed) return false
  return live.sealed.isOld(live.coreBytes) || live.core.version < engine.settings.version || isRotationDue(engine, live)
}

/** Whether what the handler has looked at is not what it was. */
function mayBeChanged(session: ActiveSession): boolean {
  const { live } = session
  if (live === undefined) return true
  try {
    return draftsOf(session).length > 0 || live.fields.hasOld
  } catch {
    // The commit tells what is wrong.
    return true
  }
}

/**
 * What the handler would read now; nothing that it has not looked at is opened before it is.
 *
 * @param only the fields that are wanted at most.
 */
export function dataOf({ view, live }: ActiveSession, only?: readonly string[]): Readonly<Record<string, unknown>> {
  const data = Object.create(null) as Record<string, unknown> // Object.create has no type of its own.
  for (const field of view?.untouched() ?? [])
    if (only?.includes(field) !== false)
      Object.defineProperty(data, field, { enumerable: true, get: () => live?.fields.value(field) })
  for (const [field, value] of view?.touched() ?? []) data[field] = value
  return data
}

/** All that the handler would read now, as it is stored. */
export function shownBy({ view, live, hiddenValues }: ActiveSession): ReadonlyMap<string, OpenedPayload> {
  const shown = new Map<string, OpenedPayload>()
  for (const field of [...(view?.untouched() ?? []), ...(live?.fields.hiddenNames ?? [])]) {
    const payload = live?.fields.payload(field)
    if (payload !== undefined) shown.set(field, payload)
  }
  for (const [field, value] of [...(view?.touched() ?? []), ...hiddenValues]) {
    if (value === undefined) shown.delete(field)
    else shown.set(field, fieldPayload(field, value))
  }
  return shown
}
