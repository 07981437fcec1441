import type { RedstartEvent } from '../../telemetry/events.ts'
import type { AuditStreamSettings } from './audit-options.ts'

/** What an entry of the stream says: fields and their values in turn, all of them text. */
export type AuditEntry = readonly string[]

/**
 * The entry of an event about sessions; undefined for any other one.
 *
 * @param id tells entries apart: one whose writing was not confirmed is written once more.
 */
export function auditEntry(
  event: RedstartEvent,
  id: string,
  { userId }: Pick<AuditStreamSettings, 'userId'>,
): AuditEntry | undefined {
  if (!event.type.startsWith('session.')) return undefined
  const entry = ['id', id]
  for (const [name, value] of Object.entries(event)) {
    const text = name === 'userId' && typeof value === 'string' ? userId(value) : textOf(value)
    if (text !== undefined) entry.push(name, text)
  }
  return entry
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  return JSON.stringify(value)
}
