import { type FaultProxy, faultProxy, startRedis } from '@redstart/testing'
import { manyOutages, network, type Trouble, troubledProcesses, troubledRedis } from './disturbances.ts'
import type { ConnectionOrders } from './messages.ts'
import type { WorkerProcess } from './worker-process.ts'

/** One Redis behind a bad network: a proxy for each process. */
export interface OneRedis {
  readonly connections: readonly ConnectionOrders[]
  troubles(app: string): (workers: readonly WorkerProcess[]) => readonly Trouble[]
  /** The same without what happens to processes, but with many outages. */
  outages(app: string): () => readonly Trouble[]
  stop(): Promise<void>
}

export async function openOneRedis(seed: number): Promise<OneRedis> {
  const server = await startRedis()
  const proxies = await Promise.all(
    Array.from({ length: 4 }, (_, process) =>
      faultProxy(server.url, { faults: network(process), seed: (seed + process) >>> 0 }),
    ),
  )
  const own = proxies.map((proxy) => [proxy])
  return {
    connections: proxies.map(connectionThrough),
    troubles: (app) => (workers) => [troubledRedis(server, app), troubledProcesses(workers, own)],
    outages: (app) => () => [troubledRedis(server, app), manyOutages(own), manyOutages(own)],
    async stop() {
      await Promise.all(proxies.map((proxy) => proxy.stop()))
      await server.stop()
    },
  }
}

/** Every way to connect is taken by one process. */
function connectionThrough({ url }: FaultProxy, process: number): ConnectionOrders {
  if (process === 1) return { kind: 'pool', url, poolSize: 2 }
  return { kind: process === 2 ? 'subscribed apart' : 'one connection', url }
}
