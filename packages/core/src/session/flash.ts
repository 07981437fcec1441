import { invalidArgument } from '../errors.ts'
import type { ActiveSession } from './active-session.ts'
import { FLASH } from './field-names.ts'

/** Messages by their kind, for the request that shows them next. */
type Messages = Readonly<Record<string, readonly unknown[]>>

export function addFlash(session: ActiveSession, kind: string, message: unknown): void {
  if (typeof kind !== 'string' || kind === '') throw invalidArgument('the kind of a flash message', kind, 'text')
  const messages = messagesOf(session)
  session.setHidden(FLASH, Object.fromEntries([...entries(messages, kind), [kind, [...own(messages, kind), message]]]))
}

/** Messages of a kind, or all of them; they are gone with it. */
export function takeFlash(session: ActiveSession, kind: string): readonly unknown[] {
  const messages = messagesOf(session)
  const taken = own(messages, kind)
  if (taken.length === 0) return []
  const left = entries(messages, kind)
  session.setHidden(FLASH, left.length === 0 ? undefined : Object.fromEntries(left))
  return taken
}

function messagesOf(session: ActiveSession): Messages {
  const stored = session.hidden(FLASH)
  // It is sealed, and nobody writes it but the two functions above.
  return typeof stored === 'object' && stored !== null ? (stored as Messages) : {}
}

function own(messages: Messages, kind: string): readonly unknown[] {
  return Object.hasOwn(messages, kind) ? (messages[kind] ?? []) : []
}

function entries(messages: Messages, except: string): [string, readonly unknown[]][] {
  return Object.entries(messages).filter(([kind]) => kind !== except)
}
