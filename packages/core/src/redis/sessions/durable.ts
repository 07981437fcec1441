import type { Clock } from '../../clock.ts'
import type { Durability } from '../../session/session-store.ts'
import type { Script, Values } from '../client.ts'
import { countOf } from '../command-replies.ts'
import { runForBytes } from '../scripts.ts'
import type { Send, Servers } from '../servers.ts'

/** What is to be run. */
export interface DurableRun {
  readonly script: Script
  readonly keys: readonly [string, ...string[]]
  readonly values: Values
  /** How many replicas must have it; undefined where none need. */
  readonly durability: Durability | undefined
  /** Whether it is still to be done when nobody waits for it any more. */
  readonly evenLate: boolean
}

/** What a script replied, and how many replicas have what it did. */
export interface DurableReply {
  readonly reply: unknown
  /** As far as anybody can say. Undefined where that was not asked. */
  readonly replicas: number | undefined
}

/** The part of a call's time that may be spent on waiting for replicas. */
const WAITED_OF_REST = 0.75

/**
 * Runs a script and, where that is asked, waits until replicas have what it did: on the connection of the script, or the
 * count would say nothing of it, and on one where that holds up nobody else.
 */
export async function runDurably(
  servers: Servers,
  clock: Clock,
  { script, keys, values, durability, evenLate }: DurableRun,
  timeout: number,
): Promise<DurableReply> {
  const begun = clock.now()
  const send: Send<DurableReply> = async (client, wanted, asking) => {
    const reply = await runForBytes(client, script, keys, values, () => evenLate || wanted(), asking)
    if (durability === undefined) return { reply, replicas: undefined }
    if (!servers.connected) return { reply, replicas: 0 }
    const left = timeout - (clock.now() - begun)
    // Part of what is left is for the way back; 0 would wait for ever.
    const within = Math.max(1, Math.floor(Math.min(durability.within, left * WAITED_OF_REST)))
    return { reply, replicas: countOf(await client.call('wait', [durability.replicas, within])) }
  }
  const [first] = keys
  return durability === undefined
    ? await servers.call(first, timeout, send)
    : await servers.callApart(first, timeout, send)
}
