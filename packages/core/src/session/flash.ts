import { isDeepStrictEqual } from 'node:util'
import { invalidArgument } from '../errors.ts'
import type { OpenedPayload } from '../wire/seal.ts'
import type { ActiveSession } from './active-session.ts'
import { FLASH } from './field-names.ts'
import { fieldPayload } from './sealed.ts'

/** Messages by their kind, for the request that shows them next. */
type Messages = Readonly<Record<string, readonly unknown[]>>

export function addFlash(session: ActiveSession, kind: string, message: unknown): void {
  if (typeof kind !== 'string' || kind === '') throw invalidArgument('the kind of a flash message', kind, 'text')
  const messages = messagesOf(session.hidden(FLASH))
  session.setHidden(FLASH, withKind(messages, kind, [...own(messages, kind), message]))
}

/** Messages of a kind, a copy of each; they stay for whoever takes them. */
export function peekFlash(session: ActiveSession, kind: string): readonly unknown[] {
  return structuredClone(own(messagesOf(session.hidden(FLASH)), kind))
}

/** Messages of a kind; they are gone with it. */
export function takeFlash(session: ActiveSession, kind: string): readonly unknown[] {
  const messages = messagesOf(session.hidden(FLASH))
  const taken = own(messages, kind)
  if (taken.length > 0) session.setHidden(FLASH, someOf(withKind(messages, kind, [])))
  return taken
}

/** Of what goes on of a user's session for somebody else: what the user was to be told goes, what this request adds stays. */
export function keepAddedFlash({ live, hiddenValues }: ActiveSession, payloads: Map<string, OpenedPayload>): void {
  payloads.delete(FLASH)
  if (!hiddenValues.has(FLASH)) return
  const added = mergeFlash(live?.fields.value(FLASH), hiddenValues.get(FLASH), undefined)
  if (added !== undefined) payloads.set(FLASH, fieldPayload(FLASH, added))
}

/** Of two requests each keeps what it added, and what one of them took is gone. */
export function mergeFlash(base: unknown, mine: unknown, theirs: unknown): Messages | undefined {
  const [before, here, there] = [messagesOf(base), messagesOf(mine), messagesOf(theirs)]
  let merged: Messages = {}
  for (const kind of new Set([...Object.keys(here), ...Object.keys(there)])) {
    const taken = without(own(before, kind), own(here, kind))
    const added = without(own(here, kind), own(before, kind))
    merged = withKind(merged, kind, [...without(own(there, kind), taken), ...added])
  }
  return someOf(merged)
}

function someOf(messages: Messages): Messages | undefined {
  return Object.keys(messages).length === 0 ? undefined : messages
}

/** It is sealed, and nobody writes it but the functions above. */
function messagesOf(stored: unknown): Messages {
  return typeof stored === 'object' && stored !== null ? (stored as Messages) : {}
}

function own(messages: Messages, kind: string): readonly unknown[] {
  return Object.hasOwn(messages, kind) ? (messages[kind] ?? []) : []
}

function withKind(messages: Messages, kind: string, list: readonly unknown[]): Messages {
  const others = Object.entries(messages).filter(([other]) => other !== kind)
  return Object.fromEntries(list.length === 0 ? others : [...others, [kind, list]])
}

/** Of equal ones as many as there are. */
function without(list: readonly unknown[], gone: readonly unknown[]): readonly unknown[] {
  const left = [...gone]
  return list.filter((message) => {
    const at = left.findIndex((other) => isDeepStrictEqual(other, message))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
