import type { OpenedPayload } from '../wire/seal.ts'
import type { ActiveSession } from './active-session.ts'
import { cookieOf } from './cookie-change.ts'
import { createRecord, OF_NOBODY } from './creation.ts'
import type { FieldDraft } from './fields.ts'

/**
 * The first data of a visitor. Nothing begins where the browser must keep the cookie that it has, or where the session
 * that the data were meant for has ended meanwhile: that is told, as what is lost.
 *
 * @throws RedstartError `HEADERS_SENT`, or as `createRecord` does.
 */
export async function begin(session: ActiveSession, drafts: readonly FieldDraft[]): Promise<void> {
  const payloads = new Map<string, OpenedPayload>()
  for (const { field, payload } of drafts) if (payload !== undefined) payloads.set(field, payload)
  const { engine, client, mayBegin } = session
  if (!mayBegin && payloads.size > 0) {
    const { opening, whyNot } = session
    const named = opening.kind === 'refused' ? opening.sid : undefined
    engine.audit.tellOrCount(`${whyNot} ${named}`, { type: 'session.lost', sid: '', reason: whyNot }, 'lost')
  }
  if (!mayBegin || (payloads.size === 0 && !session.isWanted)) return
  session.requireHead()
  const live = await createRecord(engine, client, {
    payloads,
    remember: session.wantedAge !== undefined && session.wantedAge !== null,
    age: session.wantedAge ?? undefined,
    planned: session.planned,
    ...OF_NOBODY,
  })
  session.begin(live, cookieOf(live.token, live.core, live.core.created))
}
