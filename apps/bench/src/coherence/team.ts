import type { RedisServer } from '@redstart/testing'
import { type InstanceName, openInstance } from './instances.ts'
import { type ListenerProcess, startListeners } from './listener-process.ts'

/** One instance that invalidates, in this process, and others that hear of it, in processes of their own. */
export interface Team {
  readonly name: InstanceName
  /** Invalidates the next entry. Each listener holds it in memory, as long as there are any that were not yet. */
  invalidate(): Promise<void>
  /** Resolves when every listener has heard every invalidation: when each heard its last, in ns of `process.hrtime`. */
  heard(): Promise<readonly number[]>
  close(): Promise<void>
}

export interface TeamOptions {
  readonly server: RedisServer
  readonly listeners: number
  /** How many entries each listener holds. */
  readonly entries: number
}

/** One process would be the bottleneck of many listeners; more of them than processors would only wait. */
const MOST_PROCESSES = 2

/** Opens a team, and waits until everybody has read everything and would hear. */
export async function openTeam(name: InstanceName, { server, listeners, entries }: TeamOptions): Promise<Team> {
  const subscribed = await subscribers(server)
  const caller = openInstance(name, server.url)
  const processes: ListenerProcess[] = []
  const close = async (): Promise<void> => {
    await Promise.all(processes.map((listener) => listener.end()))
    await caller.close()
  }
  try {
    for (let entry = 0; entry < entries; entry++) await caller.read(entry)
    for (const count of shares(listeners)) processes.push(startListeners({ name, url: server.url, count, entries }))
    await Promise.all(processes.map((listener) => listener.answer()))
    await waitForSubscribers(server, subscribed + 1 + listeners)
  } catch (error) {
    await close()
    throw error
  }
  let calls = 0
  return {
    name,
    close,
    async invalidate() {
      await caller.invalidate(calls++ % entries)
    },
    async heard() {
      return (await Promise.all(processes.map((listener) => listener.answer(calls)))).flat()
    },
  }
}

/** How many listeners each process gets. */
function shares(listeners: number): readonly number[] {
  const processes = Math.min(MOST_PROCESSES, listeners)
  return Array.from({ length: processes }, (_, index) => Math.floor((listeners + index) / processes))
}

/** bentocache does not tell when it is subscribed; Redis knows of everybody. */
async function waitForSubscribers(server: RedisServer, wanted: number): Promise<void> {
  const until = performance.now() + 10_000
  while ((await subscribers(server)) < wanted) {
    if (performance.now() > until) throw new Error(`fewer than ${wanted} connections are subscribed after 10 s`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function subscribers(server: RedisServer): Promise<number> {
  return String(await server.command('CLIENT', 'LIST', 'TYPE', 'pubsub')).match(/ sub=[1-9]/g)?.length ?? 0
}
