import type { Client, Reply, Script, Values } from './client.ts'
import { isReply } from './failure.ts'
import { formOf } from './scripts.ts'

/** One of several things that are asked of a server in one write. */
export type Step =
  | { readonly kind: 'script'; readonly script: Script; readonly key: string; readonly values: Values }
  /** Strings of its reply are bytes where that is said. */
  | { readonly kind: 'command'; readonly command: string; readonly args: Values; readonly bytes?: true }

/**
 * Sends everything in one write, in this order, and each script that Redis does not have once more as its text; nothing of
 * it ran.
 *
 * @param wanted false once nobody waits for the result.
 * @param asking the keys are on their way to this node of a Cluster.
 * @returns what came of each step. Rejects where a reply will not come any more.
 */
export async function sendTogether(
  client: Client,
  steps: readonly Step[],
  wanted: () => boolean,
  asking: boolean,
): Promise<readonly Reply[]> {
  const replies = await send(client, steps, 'evalsha', asking)
  const missing = steps.filter((step, n) => step.kind === 'script' && isReply(replies[n]?.[0], 'NOSCRIPT'))
  if (missing.length === 0 || !wanted()) return replies
  const again = await send(client, missing, 'eval', asking)
  return replies.map((reply, n) => again[missing.findIndex((step) => step === steps[n])] ?? reply)
}

/** The result of a step, or its error thrown. */
export function resultOf(reply: Reply | undefined): unknown {
  if (reply?.[0]) throw reply[0]
  return reply?.[1]
}

async function send(
  client: Client,
  steps: readonly Step[],
  as: 'evalsha' | 'eval',
  asking: boolean,
): Promise<readonly Reply[]> {
  const batch = client.pipeline()
  for (const step of steps) {
    if (asking) batch.call('asking', [])
    if (step.kind === 'command') {
      if (step.bytes === true) batch.callBuffer(step.command, step.args)
      else batch.call(step.command, step.args)
      continue
    }
    const { sha, text } = formOf(client, step.script)
    batch.call(as, [as === 'evalsha' ? sha : text, 1, step.key, ...step.values])
  }
  const all = (await batch.exec()) ?? []
  // The connection was lost: a pipeline that got no reply at all would pass for an answered call.
  for (const [error] of all) if (error && !isReply(error)) throw error
  return asking ? all.filter((_, n) => n % 2 === 1) : all
}
