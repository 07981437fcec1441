import type { Client } from './client.ts'
import type { SessionEngine } from './engine.ts'
import type { Live } from './live.ts'
import type { BindingPolicy } from './settings.ts'

/**
 * Compares where a session is used with where it was begun. Networks and families of browsers alone: addresses change
 * with every train ride, and browsers every month.
 *
 * @returns the session, from which a step-up may be asked by now; undefined where it was ended.
 */
export async function boundTo(
  engine: SessionEngine,
  live: Live,
  client: Client,
  { readOnly }: { readonly readOnly: boolean },
): Promise<Live | undefined> {
  const broken = mismatches(engine, live, client)
  if (broken.length === 0) return live
  const { sid } = live.token.address
  for (const { what, policy } of broken) engine.audit.tell({ type: 'session.binding', sid, what, policy })
  if (broken.some(({ policy }) => policy === 'revoke')) {
    if (!readOnly) await engine.store.revoke({ addresses: [live.token.address] }, engine.settings.deadline)
    engine.audit.tell({ type: 'session.ended', sid, userId: live.core.userId, reason: 'binding' })
    return undefined
  }
  const stepUp = broken.some(({ policy }) => policy === 'step-up')
  return stepUp ? { ...live, core: { ...live.core, stepUp: true } } : live
}

interface Mismatch {
  readonly what: 'ip' | 'userAgent'
  readonly policy: BindingPolicy
}

/** What is not known on one side says nothing. */
function mismatches({ settings: { binding } }: SessionEngine, { core }: Live, { device }: Client): readonly Mismatch[] {
  const found: Mismatch[] = []
  if (binding.ip !== 'off' && differs(core.device.network, device.network))
    found.push({ what: 'ip', policy: binding.ip })
  if (binding.userAgent !== 'off' && differs(core.device.userAgent, device.userAgent))
    found.push({ what: 'userAgent', policy: binding.userAgent })
  return found
}

function differs(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other
}
