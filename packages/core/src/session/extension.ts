import type { ActiveSession } from './active-session.ts'
import { commit } from './commit.ts'
import { punctual } from './engine.ts'
import { noteUse } from './live.ts'
import { presenting, tooLong } from './presenting.ts'

/**
 * Gives a session another idle time, and notes a use of it. One that is not stored yet is stored first.
 *
 * @param idle milliseconds.
 * @throws RedstartError as with a commit.
 */
export async function extend(session: ActiveSession, idle: number): Promise<void> {
  if (session.outage !== undefined) throw session.outage
  if (session.live === undefined) {
    session.want()
    await commit(session)
  }
  const { engine, live } = session
  if (live === undefined) return
  const { grace } = engine.settings
  const reply = await presenting(session, live, ({ address, verifier }) =>
    punctual(engine, (until, timeout) =>
      engine.store.commit({ address, verifier, changes: [], touch: true, idle, grace, until }, timeout),
    ),
  )
  if (reply.kind === 'reuse') throw tooLong()
  if (reply.kind !== 'committed') return session.lose(reply.kind)
  session.live = { ...live, idle, touched: reply.now }
  noteUse(engine, 'used', session.live)
}
