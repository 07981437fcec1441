import { nonceOf } from '../wire/seal.ts'
import type { Client } from './client.ts'
import { punctual, type SessionEngine } from './engine.ts'
import type { Live } from './live.ts'
import type { BindingPolicy } from './settings.ts'
import { presentedBy } from './token.ts'

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
  const { address } = live.token
  for (const { what, where, policy } of broken)
    engine.audit.tellOnce(`${what} ${where}`, { type: 'session.binding', sid: address.sid, what, policy })
  if (broken.some(({ policy }) => policy === 'revoke')) {
    if (!readOnly) await end(engine, live)
    return undefined
  }
  if (live.core.stepUp || broken.every(({ policy }) => policy !== 'step-up')) return live
  const stepped = { ...live, core: { ...live.core, stepUp: true } }
  return readOnly ? stepped : await remembered(engine, stepped)
}

/** Whether there is anything that {@link boundTo} looks closer at. */
export function isElsewhere(engine: SessionEngine, live: Live, client: Client): boolean {
  return mismatches(engine, live, client).length > 0
}

async function end(
  { revocations, audit }: SessionEngine,
  { token: { address }, core: { userId } }: Live,
): Promise<void> {
  await revocations.revoke({ addresses: [address] }, () =>
    audit.tell({ type: 'session.ended', sid: address.sid, userId, reason: 'binding' }),
  )
}

/** Whoever has a cookie from elsewhere could come a second time as if from where it was made. */
async function remembered(engine: SessionEngine, live: Live): Promise<Live> {
  const { store, settings } = engine
  const { grace } = settings
  const { address, verifier } = presentedBy(live.token)
  const bytes = live.sealed.sealCore(live.core)
  const core = { bytes, nonce: nonceOf(live.coreBytes) }
  const { kind } = await punctual(engine, (until, timeout) =>
    store.commit({ address, verifier, changes: [], core, touch: false, grace, until }, timeout),
  )
  // Of two requests that come at once one remembers it.
  return kind === 'committed' ? { ...live, coreBytes: bytes } : live
}

interface Mismatch {
  readonly what: 'ip' | 'userAgent'
  /** The network or the browser that it is used from. */
  readonly where: string
  readonly policy: BindingPolicy
}

/** What is not known on one side says nothing. */
function mismatches({ settings: { binding } }: SessionEngine, { core }: Live, { device }: Client): readonly Mismatch[] {
  const found: Mismatch[] = []
  if (binding.ip !== 'off' && differs(core.device.network, device.network))
    found.push({ what: 'ip', where: device.network, policy: binding.ip })
  if (binding.userAgent !== 'off' && differs(core.device.userAgent, device.userAgent))
    found.push({ what: 'userAgent', where: device.userAgent, policy: binding.userAgent })
  return found
}

function differs(begun: string | undefined, where: string | undefined): where is string {
  return begun !== undefined && where !== undefined && begun !== where
}
