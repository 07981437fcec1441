import type { Client } from './client.ts'
import type { SessionEngine } from './engine.ts'
import { openSession } from './opening.ts'

/** What a cookie stands for. */
export type Introspection =
  | {
      readonly active: true
      /** Names the session; no secret. */
      readonly id: string
      readonly userId: string | undefined
      readonly roles: readonly string[]
      readonly methods: readonly string[]
      /** When the user last proved who they are; undefined for a visitor. */
      readonly authenticated: Date | undefined
      /** When it ends, however much it is used. */
      readonly absolute: Date
    }
  | { readonly active: false }

/**
 * Says what a cookie stands for.
 *
 * @throws RedstartError what the store rejects with: who cannot be asked about is neither let in nor sent away.
 */
export async function introspect(engine: SessionEngine, cookie: string): Promise<Introspection> {
  const opening = await openSession(engine, [cookie], NOBODY, { readOnly: true, touch: false })
  if (opening.kind === 'unavailable') throw opening.error
  if (opening.kind !== 'loaded') return { active: false }
  const { token, core } = opening.live
  return {
    active: true,
    id: token.address.sid,
    userId: core.userId,
    roles: [...core.roles],
    methods: [...core.methods],
    authenticated: core.authenticated === undefined ? undefined : new Date(core.authenticated),
    absolute: new Date(core.absolute),
  }
}

/** A gateway knows nothing of the browser behind it. */
const NOBODY: Client = { address: undefined, device: { network: undefined, userAgent: undefined, kind: 'other' } }
