import type { Clock } from '../../clock.ts'
import type {
  Revocation,
  RevokeAllRequest,
  RevokeReply,
  RevokeRequest,
  SessionAddress,
} from '../../session/session-store.ts'
import { timeOf } from '../command-replies.ts'
import { removeKeys } from '../remove.ts'
import { sessionRevoke, sessionRevokeAll } from '../scripts.ts'
import type { Servers } from '../servers.ts'
import { type DurableRun, runDurably } from './durable.ts'
import type { SessionKeys } from './keys.ts'
import { Reply } from './replies.ts'
import { revocationMessage } from './revocation-message.ts'

export interface RevocationsContext {
  readonly servers: Servers
  readonly keys: SessionKeys
  readonly clock: Clock
  readonly namespace: string
  readonly channel: string
}

/** Ends records, and has others told. */
export class Revocations {
  readonly #context: RevocationsContext

  constructor(context: RevocationsContext) {
    this.#context = context
  }

  /** The records of each user, and each of nobody, are in a slot of their own: one script for each slot. */
  async revoke({ addresses, durability }: RevokeRequest, timeout: number): Promise<RevokeReply> {
    const { keys, channel, namespace } = this.#context
    const revoked = groupsOf(addresses).map(({ tag, sids }) => {
      const [first, ...others] = sids
      const recordOf = (sid: string): string => keys.record(tag ?? sid, sid)
      const values = [channel, revocationMessage(namespace, { tag, sids, except: undefined }), ...sids]
      const index = tag === undefined ? [] : [keys.index(tag)]
      const all = [recordOf(first), ...others.map(recordOf), ...index] as const
      return this.#run({ script: sessionRevoke, keys: all, values, durability, evenLate: true }, timeout)
    })
    return revoked.length === 0 ? this.#nothing(timeout) : joined(await Promise.all(revoked))
  }

  async revokeAll({ tag, except, durability }: RevokeAllRequest, timeout: number): Promise<RevokeReply> {
    const { servers, keys, channel, namespace } = this.#context
    const revocation: Revocation = { tag, sids: undefined, except }
    const values = [channel, revocationMessage(namespace, revocation), except ?? '']
    const run = { script: sessionRevokeAll, keys: [keys.index(tag)], values, durability, evenLate: true } as const
    const reply = await this.#run(run, timeout)
    const records = reply.sids.map((sid) => keys.record(tag, sid))
    // They count no more: that they leave at once is economy, and nobody waits for it.
    removeKeys(servers, records, timeout).catch(() => {})
    return reply
  }

  async #run(run: DurableRun, timeout: number): Promise<RevokeReply> {
    const { servers, clock } = this.#context
    const { reply: values, replicas } = await runDurably(servers, clock, run, timeout)
    const reply = new Reply(values)
    return { now: reply.number(), sids: reply.texts(), replicas }
  }

  async #nothing(timeout: number): Promise<RevokeReply> {
    const { servers, keys } = this.#context
    const now = timeOf(await servers.call(keys.index(''), timeout, (client) => client.call('time', [])))
    return { sids: [], replicas: undefined, now }
  }
}

interface Group {
  /** Undefined for a record of nobody. */
  readonly tag: string | undefined
  readonly sids: readonly [string, ...string[]]
}

function groupsOf(addresses: readonly SessionAddress[]): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const address of addresses) {
    const { sid } = address
    const tag = address.kind === 'user' ? address.tag : undefined
    const name = tag === undefined ? `anonymous ${sid}` : `user ${tag}`
    const sids = groups.get(name)?.sids ?? [sid]
    groups.set(name, { tag, sids: sids.includes(sid) ? sids : [...sids, sid] })
  }
  return [...groups.values()]
}

function joined(replies: readonly RevokeReply[]): RevokeReply {
  const counts = replies.flatMap(({ replicas }) => replicas ?? [])
  return {
    sids: replies.flatMap(({ sids }) => sids),
    replicas: counts.length === 0 ? undefined : Math.min(...counts),
    now: Math.max(...replies.map(({ now }) => now)),
  }
}
