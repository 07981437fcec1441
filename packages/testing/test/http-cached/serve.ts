import { Buffer } from 'node:buffer'
import { createRedstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import type { CachedAdapter, CachedAnswer } from '../../src/index.ts'

/** What a process is told at the beginning. */
export interface ServeOrders {
  /** Of Redis; undefined for memory. */
  readonly url: string | undefined
  /** What has its own keys there. */
  readonly app: string
}

/** What it answers when it is asked for a report. */
export interface ServeReport {
  /** Targets that handlers ran for. */
  readonly handled: readonly string[]
  /** Most memory of the process so far, in bytes, seen while handlers streamed. */
  readonly peak: number
  /** At the moment. */
  readonly memory: number
}

/** What seals sessions, which nobody has here. */
const KEY = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc='
export const LARGE_BYTES: number = 100 * 1024 * 1024

/** The program of a process: an application with cached pages, and with streams that are too large to be. */
export function serveCached(adapter: CachedAdapter): void {
  const handled: string[] = []
  let peak = 0
  const streamed = (way: 'write' | 'pipe' | 'web', bytes: number): CachedAnswer => ({
    headers: [
      ['content-type', 'application/octet-stream'],
      ['cache-control', 'public, max-age=60'],
    ],
    body: {
      way,
      pieces: (async function* () {
        // The same memory each time: what is held of it has been copied.
        const piece = Buffer.alloc(64 * 1024, 1)
        for (let left = bytes; left > 0; left -= piece.length) {
          peak = Math.max(peak, process.memoryUsage.rss())
          yield piece
        }
      })(),
    },
  })
  const start = async ({ url, app }: ServeOrders): Promise<number> => {
    const redstart = createRedstart<{ views: number }>({
      ...{ app, keys: KEY, deadline: '10s' },
      ...(url !== undefined && { backend: redis(url) }),
    })
    const { port } = await adapter.start({
      ...{ redstart, options: {}, sessions: 'none', compression: 'none', limited: false, trustsProxy: false },
      logged: () => {},
      routes: [
        {
          method: 'GET',
          path: '/*',
          handle: async ({ target }) => {
            handled.push(target)
            const [, kind, way] = target.split('/')
            if ((kind === 'large' || kind === 'small') && (way === 'write' || way === 'pipe' || way === 'web'))
              return streamed(way, kind === 'large' ? LARGE_BYTES : LARGE_BYTES / 50)
            return {
              headers: [['cache-control', 'public, max-age=60']],
              body: { way: 'send', bytes: Buffer.from(target) },
            }
          },
        },
      ],
    })
    return port
  }
  process.on('message', (orders: ServeOrders | 'report') => {
    if (orders !== 'report') void start(orders).then((port) => process.send?.({ port }))
    else process.send?.({ handled, peak, memory: process.memoryUsage.rss() } satisfies ServeReport)
  })
  // Without a parent there is nobody to work for.
  process.on('disconnect', () => process.exit())
  process.send?.('ready')
}
