import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { createRedstart, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

const opened: Redstart[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ close }) => close()))
})

/** An instance, and in one list what it tells and when its callers get something. */
interface Noted {
  readonly redstart: Redstart
  /** What was noted since the last time. */
  news(): string[]
  /** The same, after waiting for so many. */
  coming(most: number): Promise<string[]>
  returned<T>(call: Promise<T>): Promise<T>
}

async function note(app: string): Promise<Noted> {
  const redstart = createRedstart({ backend: redis(server.url), app, deadline: '5s' })
  opened.push(redstart)
  await redstart.ready()
  const notes: string[] = []
  const write = (text: string) => (): void => void notes.push(text)
  redstart.events.on('hit', ({ tier }) => void notes.push(`hit ${tier}`))
  redstart.events.on('invalidate', ({ remote }) => void notes.push(remote ? 'invalidate of another' : 'invalidate'))
  for (const name of ['miss', 'load', 'set', 'delete'] as const) redstart.events.on(name, write(name))
  redstart.onInvalidate(write('notify'))
  return {
    redstart,
    news: () => notes.splice(0),
    async coming(most) {
      await vi.waitFor(() => expect(notes.length).toBeGreaterThanOrEqual(most), 20_000)
      return notes.splice(0)
    },
    async returned(call) {
      const value = await call
      notes.push('return')
      return value
    },
  }
}

async function pair(app: string): Promise<readonly [Noted, Noted]> {
  const both = [await note(app), await note(app)] as const
  // From here on each hears the other.
  for (const { redstart } of both) await redstart.cache.get('before:1')
  for (const { news } of both) news()
  return both
}

it('a read that finds nothing: miss, load, set, return; one that finds it: hit, return', async () => {
  const [one, two] = await pair('reads')
  const read = ({ redstart, returned }: Noted): Promise<string> =>
    returned(redstart.cache.getOrSet('menu:1', () => 'soup'))
  await read(one)
  expect(one.news()).toEqual(['miss', 'load', 'set', 'return'])
  await read(one)
  expect(one.news()).toEqual(['hit l1', 'return'])
  await read(two)
  await read(two)
  expect(two.news()).toEqual(['hit l2', 'return', 'hit l1', 'return'])
  expect(one.news()).toEqual([])
})

it('a change: invalidate, notify, here before it returns, and on the other instance', async () => {
  const [one, two] = await pair('changes')
  await one.redstart.cache.set('menu:1', 'soup')
  await two.coming(2)
  one.news()
  await two.redstart.cache.get('menu:1')
  two.news()
  for (const [change, told] of [
    [() => one.redstart.cache.set('menu:1', 'salad'), ['invalidate', 'notify', 'set', 'return']],
    [() => one.redstart.cache.delete('menu:1'), ['invalidate', 'notify', 'delete', 'return']],
    [() => one.redstart.invalidate({ namespace: 'menu' }), ['invalidate', 'notify', 'return']],
  ] as const) {
    await one.returned<unknown>(change())
    expect(one.news()).toEqual(told)
    expect(await two.coming(2)).toEqual(['invalidate of another', 'notify'])
  }
  await two.returned(two.redstart.cache.getOrSet('menu:1', () => 'stew'))
  expect(two.news()).toEqual(['miss', 'load', 'set', 'return'])
})
