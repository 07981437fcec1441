import type { ActiveSession } from './active-session.ts'
import { FLASH } from './field-names.ts'
import type { FieldDraft } from './fields.ts'
import { mergeFlash } from './flash.ts'
import type { Live } from './live.ts'
import { fieldPayload, fieldValue } from './sealed.ts'
import type { Merge, SessionSettings } from './settings.ts'

/** Whether what several requests make of a field is brought together. */
export function mergesField(settings: SessionSettings, field: string): boolean {
  return field === FLASH || settings.merge.has(field)
}

/**
 * Brings what this request made of fields together with what others have made of them meanwhile. Afterwards theirs counts
 * as what was loaded.
 */
export function mergedDrafts(
  session: ActiveSession,
  { fields, sealed }: Live,
  drafts: readonly FieldDraft[],
  theirs: ReadonlyMap<string, Uint8Array | undefined>,
): readonly FieldDraft[] {
  return drafts.map((draft) => {
    const { field, payload } = draft
    if (!theirs.has(field)) return draft
    const bytes = theirs.get(field)
    const opened = bytes && sealed.openField(field, bytes)
    const base = fields.value(field)
    fields.stored(field, bytes, opened)
    const merge = mergeOf(session.engine.settings, field)
    const other = opened && fieldValue(opened)
    const mine = payload && fieldValue(payload)
    // One side has deleted it: there is nothing to bring together, and this request is the later one.
    const whole = field === FLASH || (other !== undefined && mine !== undefined)
    if (merge === undefined || !whole) return draft
    const merged = merge(base, mine?.value, other?.value)
    return { field, payload: merged === undefined ? undefined : fieldPayload(field, merged) }
  })
}

function mergeOf(settings: SessionSettings, field: string): Merge<unknown> | undefined {
  return field === FLASH ? mergeFlash : settings.merge.get(field)
}
