import { type Channel, channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import type { RedstartEvent } from './events.ts'
import { HOOKS } from './hooks.ts'

/** Anybody in the process may listen here without a reference to an instance: every event of every instance. */
export const everywhere: Channel = channel('redstart:event')

/** One channel for each type of event, `redstart:` and the name of its hook. */
// Each type of event has its hook; fromEntries cannot say so.
export const CHANNELS: Readonly<Record<RedstartEvent['type'], Channel>> = Object.fromEntries(
  Object.entries(HOOKS).map(([name, type]) => [type, channel(`redstart:${name}`)]),
) as Record<RedstartEvent['type'], Channel>

/** What the tracing channel of loads tells, at each of its stages. */
export interface LoadTrace {
  readonly namespace: string
  readonly key: string
  /** True when nobody waits for it: a refresh of a stale entry. */
  readonly background: boolean
}

const loads: TracingChannel<unknown, LoadTrace> = tracingChannel('redstart:load')

/** Runs a loader between the stages of `tracing:redstart:load`. What it returns is not told. */
export async function traced<T>(
  load: () => Promise<T>,
  { namespace, path: key }: { readonly namespace: string; readonly path: string },
  background: boolean,
): Promise<T> {
  if (!loads.hasSubscribers) return load()
  const returned: T[] = []
  await loads.tracePromise(
    async () => {
      returned.push(await load())
    },
    { namespace, key, background },
  )
  return returned[0] as T // what was just put there
}
