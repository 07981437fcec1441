/**
 * A process that invalidates: `node invalidating.js CACHE URL PAGES ROUNDS`. It sends what that cost, and ends.
 */
import { createRequire } from 'node:module'
import { createRedstart, type Redstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { createCacheHandlers } from '@redstart/next/handlers'
import { countCommands } from '@redstart/testing'
import { median } from '../rounds.ts'

/** What it cost. */
export interface Invalidated {
  /** In ns. */
  readonly time: number
  readonly commands: number
}

/** What of a handler is used here. */
interface Handler {
  set(key: string, value: object, context: object): Promise<unknown>
  get(key: string, context: object): Promise<unknown>
  revalidateTag(tag: string): Promise<unknown>
}

const HTML = '<p>'.padEnd(10_000, 'menu ')
const CONTEXT = { kind: 'APP_PAGE', isFallback: false } as const

async function measured(handler: Handler, url: string, pages: number, rounds: number): Promise<Invalidated> {
  const times: number[] = []
  let commands = 0
  for (let round = 0; round <= rounds; round++) {
    await fill(handler, pages)
    // The first one warms up, and is counted.
    using counter = round === 0 ? await countCommands(url) : undefined
    const begun = performance.now()
    await handler.revalidateTag('menu')
    if (round > 0) times.push((performance.now() - begun) * 1e6)
    await counter?.settled()
    commands = counter?.commands(([command]) => command !== 'PING' && command !== 'PUBLISH').length ?? commands
    if ((await handler.get(keyOf(0), CONTEXT)) !== null) throw new Error('a page is served that was invalidated')
  }
  return { time: median(times), commands }
}

async function fill(handler: Handler, pages: number): Promise<void> {
  for (let page = 0; page < pages; page += 100) {
    const some = Array.from({ length: Math.min(100, pages - page) }, (_, index) => page + index)
    await Promise.all(some.map((each) => keep(handler, each)))
  }
  if ((await handler.get(keyOf(pages - 1), CONTEXT)) === null) throw new Error('a page was not kept')
}

async function keep(handler: Handler, page: number): Promise<void> {
  await handler.get(keyOf(page), CONTEXT)
  const headers = { 'x-next-cache-tags': `menu,menu:${page},_N_T_/menu/${page}` }
  const value = {
    kind: 'APP_PAGE',
    html: HTML,
    rscData: Buffer.from('flight'),
    headers,
    status: 200,
    segmentData: new Map(),
  }
  await handler.set(keyOf(page), value, { ...CONTEXT, cacheControl: { revalidate: 3600, expire: 86_400 } })
}

function keyOf(page: number): string {
  return `/route-cache/APP_PAGE/${'0'.repeat(64)}/$/menu/${page}`
}

async function ours(url: string): Promise<Handler> {
  const redstart: Redstart = createRedstart({ backend: redis(url), app: 'pages' })
  const Handlers = createCacheHandlers({
    config: async () => ({ default: () => redstart }),
    settings: { id: 'pages', namespace: 'next', retention: 86_400_000, maxEntryBytes: 1_000_000, deploymentId: '' },
  })
  return new Handlers({}) as Handler // It takes the values of Next.js, of which these are some.
}

const require = createRequire(import.meta.url)

async function trieb(url: string): Promise<Handler> {
  const { RedisStringsHandler } = require('../../src/next-app/handlers/trieb.cjs') as {
    readonly RedisStringsHandler: new (options: object) => Handler // as its types say
  }
  return new RedisStringsHandler({
    redisUrl: url,
    database: 0,
    keyPrefix: 'trieb:',
    getTimeoutMs: 20_000,
  })
}

async function fortedigital(url: string): Promise<Handler> {
  const { CacheHandler } = await import('@fortedigital/nextjs-cache-handler')
  const { default: createRedisHandler } = await import('@fortedigital/nextjs-cache-handler/redis-strings')
  const { createClient } = await import('redis')
  const client = await createClient({ url }).connect()
  CacheHandler.onCreation(() => ({ handlers: [createRedisHandler({ client, keyPrefix: 'fortedigital:' })] }))
  return new CacheHandler({ dev: false })
}

const STARTED: Readonly<Record<string, (url: string) => Promise<Handler>>> = { redstart: ours, trieb, fortedigital }

async function main([cache = '', url = '', pages, rounds]: readonly string[]): Promise<void> {
  const start = STARTED[cache]
  if (start === undefined) throw new TypeError(`there is no cache ${cache}`)
  process.send?.(await measured(await start(url), url, Number(pages), Number(rounds)))
}

// Not all that is open here can be closed.
main(process.argv.slice(2)).then(
  () => process.once('disconnect', () => process.exit()),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
