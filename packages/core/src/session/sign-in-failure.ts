import { RedstartError } from '../errors.ts'
import type { OpenedPayload } from '../wire/seal.ts'
import type { ActiveSession } from './active-session.ts'
import { cookieOf } from './cookie-change.ts'
import { createRecord, OF_NOBODY } from './creation.ts'
import { isHidden } from './field-names.ts'
import type { Live } from './live.ts'
import { isOutage } from './opening.ts'
import { fieldValue } from './sealed.ts'

/** What a log-in that failed has ended. */
interface EndedSession {
  readonly before: Live | undefined
  /** What goes on of it; undefined where it had ended before. */
  readonly newest: ReadonlyMap<string, OpenedPayload> | undefined
  /** What this request has made of fields of our own. */
  readonly hidden: ReadonlyMap<string, unknown>
}

/**
 * What becomes of a request whose log-in has ended the session before, and begun none. A visitor goes on with what there
 * was, in a session that begins at once: nothing is stored any more where the handler answers that it has failed. What was
 * a user's is nobody else's.
 */
export async function signInFailed(session: ActiveSession, error: unknown, ended: EndedSession): Promise<void> {
  const { before, newest, hidden } = ended
  if (before !== undefined && newest === undefined) return session.lose('ended')
  if (before?.core.userId !== undefined) {
    session.lose('replaced')
    return session.replaced()
  }
  const gone = before?.fields.dataNames.filter((field) => session.view?.isGone(field)) ?? []
  if (before !== undefined && newest !== undefined) {
    session.replaced()
    const restored = newest.size > 0 && !isAway(error) && (await restore(session, before, newest))
    if (!restored) showAll(session, newest, gone)
    else session.view?.show(namesShown(session, gone))
  }
  for (const [field, value] of hidden) session.setHidden(field, value)
}

/** Whoever waited for a backend once need not do so twice. */
function isAway(error: unknown): boolean {
  return RedstartError.is(error) && isOutage(error)
}

/** False where that fails as well; then it begins with what else this request stores. */
async function restore(
  session: ActiveSession,
  { core, idle }: Live,
  payloads: ReadonlyMap<string, OpenedPayload>,
): Promise<boolean> {
  const { engine, client, wantedAge } = session
  const age = core.remember ? core.absolute - core.created : undefined
  const isSaid = wantedAge !== undefined
  try {
    const live = await createRecord(engine, client, {
      payloads,
      version: core.version,
      remember: isSaid ? wantedAge !== null : core.remember,
      age: isSaid ? (wantedAge ?? undefined) : age,
      idle: isSaid ? undefined : idle,
      ...OF_NOBODY,
    })
    session.begin(live, cookieOf(live.token, live.core, live.core.created))
    return true
  } catch (error) {
    // What counts for the caller is why nobody is signed in.
    if (RedstartError.is(error)) return false
    throw error
  }
}

function namesShown({ view, live }: ActiveSession, gone: readonly string[]): readonly string[] {
  const stored = live?.fields.dataNames.filter((field) => !gone.includes(field)) ?? []
  return [...Object.keys(view?.object ?? {}), ...stored]
}

function showAll(session: ActiveSession, payloads: ReadonlyMap<string, OpenedPayload>, gone: readonly string[]): void {
  const touched = session.view?.touched()
  for (const [field, payload] of payloads) {
    const value = fieldValue(payload)?.value
    if (isHidden(field)) session.setHidden(field, value)
    else if (touched?.has(field) !== true && !gone.includes(field)) session.view?.put(field, value)
  }
}
