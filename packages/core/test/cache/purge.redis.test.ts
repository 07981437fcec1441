import { type CommandCounter, countCommands } from '@redstart/testing'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createRedstart, glob, type PurgeProgress, type Redstart, type RedstartOptions } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { Server, until } from '../redis/server.ts'

let server: Server
beforeAll(async () => {
  server = await Server.start()
})
afterAll(async () => await server.stop())

const opened: Redstart[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()))
  await server.control.flushall()
})

function open(options: RedstartOptions = {}): Redstart {
  const redstart = createRedstart({ app: 'shop', backend: redis(server.url), deadline: '2s', ...options })
  opened.push(redstart)
  return redstart
}

async function fill({ cache }: Redstart, keys: readonly string[]): Promise<void> {
  for (let n = 0; n < keys.length; n += 2000)
    await cache.setMany(keys.slice(n, n + 2000).map((key) => [key, key] as const))
}

async function keysOf(keys: AsyncIterable<string>): Promise<string[]> {
  const all = new Set<string>()
  for await (const key of keys) all.add(key)
  return [...all].sort()
}

/** How often Redis ran each command since the last time. */
async function commandsOf(act: () => Promise<unknown>): Promise<Record<string, number>> {
  await server.control.config('RESETSTAT')
  await act()
  const stats = await server.control.info('commandstats')
  return Object.fromEntries(
    [...stats.matchAll(/cmdstat_([\w|]+):calls=(\d+)/g)].map(([, name, calls]) => [name, Number(calls)]),
  )
}

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`)

describe('a purge', () => {
  it('of 20 000 keys by a pattern removes every one and no other, with SCAN and UNLINK alone', async () => {
    const here = open()
    const doomed = names('orders:2024-', 10_000)
    const spared = names('orders:2025-', 10_000)
    await fill(here, [...doomed, ...spared])
    let purged
    const ran = await commandsOf(async () => (purged = await here.cache.purge({ match: 'orders:2024-*' })))
    expect(purged).toEqual({ scanned: 10_000, removed: 10_000, widened: undefined, reached: 'all' })
    expect(await keysOf(here.cache.keys())).toEqual(spared.sort())
    expect(ran['keys']).toBeUndefined()
    // 20 000 keys and the one with the markers, a thousand at a time and sometimes some more.
    expect(ran['scan']).toBeGreaterThanOrEqual(15)
    expect(ran['scan']).toBeLessThanOrEqual(25)
    expect([ran['unlink'], ran['evalsha']]).toEqual([20, 20])
  })

  it('of a prefix costs one invalidation, and one trip for each step and batch', async () => {
    const here = open()
    await fill(here, names('orders:', 3000))
    const ran = await commandsOf(async () => await here.cache.purge({ match: 'orders:*' }, { batch: 1000 }))
    expect(ran).toMatchObject({ evalsha: 1, unlink: 3 })
    expect(ran['scan']).toBeLessThanOrEqual(5)
    expect(await server.control.dbsize()).toBe(1)
  })

  it('of one key looks for no other', async () => {
    const here = open()
    await fill(here, ['orders:1', 'orders:2'])
    const ran = await commandsOf(async () => await here.cache.purge({ match: 'orders:1' }))
    expect(ran).toMatchObject({ evalsha: 1, unlink: 1 })
    expect(ran['scan']).toBeUndefined()
  })

  it('sends Redis no command that stands still for all keys', async () => {
    const here = open()
    await fill(here, names('orders:a', 1500))
    const counter: CommandCounter = await countCommands(server.url)
    await here.cache.purge({ match: '*:a*' })
    await keysOf(here.cache.keys({ match: '*' }))
    await counter.settled()
    const sent = new Set(counter.commands().map(([name]) => name?.toUpperCase()))
    counter.close()
    for (const name of sent) expect(['SCAN', 'UNLINK', 'EVALSHA', 'EVAL']).toContain(name)
  })

  it('reaches the memory of other instances, and loads that began before', async () => {
    const [one, two] = [open(), open()]
    await fill(one, ['orders:a1', 'orders:a2', 'orders:b1'])
    for (const key of ['orders:a1', 'orders:a2', 'orders:b1']) expect(await two.cache.get(key)).toBe(key)
    let pass: ((value: string) => void) | undefined
    await two.invalidate({ keys: ['orders:a2'] }, { strategy: 'lazy' })
    // A stale entry is refreshed in the background: this load runs on while its entry is purged.
    await two.cache.getOrSet('orders:a2', () => new Promise<string>((resolve) => (pass = resolve)), { stale: '1h' })
    await until(() => pass !== undefined)
    await one.cache.purge({ match: 'orders:a?' })
    pass?.('old')
    await until(() => !two.cache.peek('orders:a1').hit)
    expect(await two.cache.getOrSet('orders:a1', () => 'new')).toBe('new')
    expect(await two.cache.getOrSet('orders:a2', () => 'new')).toBe('new')
    expect(await two.cache.getOrSet('orders:b1', () => 'new')).toBe('orders:b1')
  })

  it('leaves alone what is no entry, and what is another app’s', async () => {
    const here = open()
    await fill(here, ['orders:a1'])
    const strange = [
      'shop',
      'shop:',
      'shop:a1',
      'shop:!lease:orders:a1',
      'shop:no good:a1',
      'shop:orders:a\n1',
      'shop2:orders:a1',
      '{shop}:x:a1',
      'orders:a1',
    ]
    for (const key of strange) await server.control.set(key, 'theirs')
    await server.control.hset('shop:orders:a2', 'theirs', '1')
    expect(await keysOf(here.cache.keys())).toEqual(['orders:a1'])
    expect(await here.cache.purge({ match: '*a*' })).toMatchObject({ scanned: 1, removed: 1 })
    for (const key of [...strange, 'shop:orders:a2']) expect([key, await server.control.exists(key)]).toEqual([key, 1])
  })

  it('takes keys of every kind for what they are', async () => {
    const here = open()
    const odd = [
      '*',
      '?',
      '[a]',
      '[^a]',
      'a-b',
      '\\',
      '\\*',
      'é',
      '漢字',
      '😀',
      '{x}',
      ' ',
      '"',
      "'",
      '%3A',
      'a:b:c',
      'ﬀ',
      'e\u0301',
    ]
    const keys = odd.map((each) => `n:${each}`)
    for (const key of keys) {
      await fill(here, keys)
      expect([key, await here.cache.purge({ match: glob.escape(key) })]).toMatchObject([key, { removed: 1 }])
      // One that has a wildcard behind it goes by SCAN.
      await fill(here, [key])
      expect([key, await here.cache.purge({ match: `?${glob.escape(key.slice(1))}` })]).toMatchObject([
        key,
        { removed: 1 },
      ])
      expect(await keysOf(here.cache.keys())).toEqual(keys.filter((each) => each !== key).sort())
    }
    expect(await keysOf(here.cache.keys({ match: 'n:?' }))).toContain('n:😀')
  })

  it('matches what a pattern matches, however it is made', async () => {
    const here = open()
    const keys = ['n:a', 'n:b', 'n:ab', 'n:a:b', 'n:é', 'n:aé', 'n:😀b', 'n:-', 'n:*', 'n:[', 'n:a*b', 'm:a', 'm:é:é']
    await fill(here, keys)
    const part = fc.constantFrom(
      'n',
      'm',
      ':',
      'a',
      'b',
      'é',
      '*',
      '?',
      '[ab]',
      '[a-z]',
      '[^a]',
      '[^é]',
      '[é😀]',
      '\\*',
      '\\[',
      '[*-]',
      '[\\-a]',
      '😀',
      '[]',
      '[^]',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), async (parts) => {
        const match = parts.join('')
        const { matches } = glob.compile(match)
        expect(await keysOf(here.cache.keys({ match }))).toEqual(keys.filter(matches).sort())
      }),
      { numRuns: 300 },
    )
  })

  it('goes on while others write and delete, and removes all that was there from its beginning', async () => {
    const [here, other] = [open(), open()]
    const doomed = names('orders:a', 5000)
    await fill(here, doomed)
    let running = true
    const writing = (async () => {
      for (let n = 0; running; n += 1) {
        await Promise.all([other.cache.set(`menu:${n}`, n), other.cache.set(`orders:b${n}`, n)])
        if (n % 3 === 0) await other.cache.delete(`orders:a${n}`)
      }
    })()
    await here.cache.purge({ match: 'orders:a*' }, { batch: 100 })
    running = false
    await writing
    const left = new Set(await keysOf(here.cache.keys()))
    expect(doomed.filter((key) => left.has(key))).toEqual([])
    expect([...left].every((key) => key.startsWith('menu:') || key.startsWith('orders:b'))).toBe(true)
  })

  it('stops by its signal, and says how far it was', async () => {
    const here = open()
    await fill(here, names('orders:a', 3000))
    const controller = new AbortController()
    const seen: PurgeProgress[] = []
    const onProgress = (progress: PurgeProgress): void => {
      seen.push(progress)
      if (progress.removed >= 1000) controller.abort()
    }
    const purge = here.cache.purge({ match: '*:a*' }, { onProgress, signal: controller.signal })
    await expect(purge).rejects.toMatchObject({ name: 'AbortError' })
    expect(seen.map(({ removed }) => removed)).toEqual([500, 1000])
    expect(await keysOf(here.cache.keys())).toHaveLength(2000)
  })
})

describe('while Redis stands still', () => {
  it('a purge rejects within its deadline, says how far it was, and a further one goes on', async () => {
    const here = open({ deadline: '1s' })
    await fill(open(), names('orders:a', 3000))
    await here.ready({ timeout: '30s' })
    let start = 0
    const onProgress = ({ removed }: PurgeProgress): void => {
      if (removed < 1000) return
      server.pause()
      start = performance.now()
    }
    const purge = here.cache.purge({ match: '*:a*' }, { onProgress })
    await expect(purge).rejects.toMatchObject({
      code: 'STORE_TIMEOUT',
      message: expect.stringMatching(
        /^the purge of "\*:a\*" stopped after 1000 entries were removed of 1\d\d\d found so far: /,
      ),
    })
    expect(performance.now() - start).toBeLessThan(10_000)
    server.resume()
    const again = await open().cache.purge({ match: '*:a*' })
    expect(again.removed).toBeLessThanOrEqual(2000)
    expect(await keysOf(here.cache.keys())).toEqual([])
  })

  it('keys reject', async () => {
    const here = open({ deadline: '1s' })
    await fill(open(), names('orders:', 3000))
    await here.ready({ timeout: '30s' })
    const taken: string[] = []
    const take = async (): Promise<void> => {
      for await (const key of here.cache.keys()) {
        if (taken.length === 0) server.pause()
        taken.push(key)
      }
    }
    await expect(take()).rejects.toMatchObject({ code: 'STORE_TIMEOUT' })
    server.resume()
    expect(taken.length).toBeGreaterThan(500)
    expect(taken.length).toBeLessThan(3000)
  })

  it('a connection that is lost and made anew in the middle costs a walk more, and no key', async () => {
    const here = open()
    const keys = names('orders:', 5000)
    await fill(here, keys)
    const seen = new Set<string>()
    let steps = 0
    for await (const key of here.cache.keys()) {
      seen.add(key)
      steps += 1
      if (steps !== 1500) continue
      await server.control.call('CLIENT', 'KILL', 'SKIPME', 'yes')
      await until(async () => (await here.health()).state === 'ok')
    }
    expect([...seen].sort()).toEqual(keys.sort())
    expect(steps).toBeGreaterThan(5000)
  })
})
