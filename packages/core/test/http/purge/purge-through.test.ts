import { describe, expect, it } from 'vitest'
import { RedstartError } from '../../../src/index.ts'
import { memory } from '../../../src/memory/index.ts'
import {
  type Purge,
  purgePages,
  type PurgeSink,
  purgeThrough,
  type PurgeThroughOptions,
} from '../../../src/http/index.ts'
import { gate, open, type Watched } from '../../cache/instance.ts'
import { unreliable } from '../../cache/unreliable.ts'

/** A sink that takes note of what it is asked for. */
function noting(): PurgeSink & { readonly asked: Purge[] } {
  const asked: Purge[] = []
  return Object.assign(async (purge: Purge) => void asked.push(purge), { asked })
}

function tagsOf({ asked }: { readonly asked: readonly Purge[] }): readonly (readonly string[])[] {
  return asked.map(({ tags }) => tags)
}

const once: PurgeThroughOptions = { again: false }

/** Lets what is gathered be sent, and what that starts happen. */
async function sent(here: Watched): Promise<void> {
  await here.clock.advanceAsync(50)
}

describe('what an instance invalidates', () => {
  it('is sent to all sinks, what comes together at once and each tag once', async () => {
    const here = open()
    const [one, other] = [noting(), noting()]
    const purging = purgeThrough(here, [one, other], once)
    await here.invalidate({ tags: ['a', 'b'] })
    await here.invalidate({ tags: ['b', 'c'] })
    await sent(here)
    for (const sink of [one, other]) expect(sink.asked).toEqual([{ tags: ['a', 'b', 'c'], urls: [] }])
    await purging.close()
    await here.close()
  })

  it('is sent by the instance that made it, and by one that sends for others', async () => {
    const backend = memory()
    const [here, there] = [open({ backend }), open({ backend })]
    const [own, heard] = [noting(), noting()]
    purgeThrough(here, own, once)
    const purging = purgeThrough(here, heard, { ...once, remote: true })
    await new Promise((resolve) => setImmediate(resolve))
    await there.invalidate({ tags: ['theirs'] })
    await here.invalidate({ tags: ['mine'] })
    await new Promise((resolve) => setImmediate(resolve))
    await sent(here)
    expect(tagsOf(own)).toEqual([['mine']])
    expect(tagsOf(heard).flat().sort()).toEqual(['mine', 'theirs'])
    await purging.close()
    await Promise.all([here.close(), there.close()])
  })

  it('is sent a second time, the later time counting', async () => {
    const here = open()
    const sink = noting()
    const purging = purgeThrough(here, sink, { again: '10s' })
    await here.invalidate({ tags: ['a', 'b'] })
    await here.clock.advanceAsync(4000)
    await here.invalidate({ tags: ['a'] })
    await here.clock.advanceAsync(5900)
    expect(tagsOf(sink)).toEqual([['a', 'b'], ['a']])
    await here.clock.advanceAsync(200)
    expect(tagsOf(sink).slice(2)).toEqual([['b']])
    await here.clock.advanceAsync(4000)
    expect(tagsOf(sink).slice(3)).toEqual([['a']])
    await here.clock.advanceAsync(60_000)
    expect(sink.asked).toHaveLength(4)
    await purging.close()
    await here.close()
    expect(here.clock.pending()).toBe(0)
  })

  it('is sent a second time when others have heard, unless it is said when', async () => {
    const here = open({ maxStaleness: '7s' })
    const sink = noting()
    purgeThrough(here, sink)
    await here.invalidate({ tags: ['a'] })
    await here.clock.advanceAsync(11_900)
    expect(sink.asked).toHaveLength(1)
    await here.clock.advanceAsync(200)
    expect(sink.asked).toHaveLength(2)
    await here.close()
  })

  it('is sent at once where Redis is away, and again when it is back', async () => {
    const control = unreliable()
    const here = open({ backend: control.backend })
    const sink = noting()
    purgeThrough(here, sink, once)
    await here.cache.get('a:1')
    control.away = true
    expect(await here.invalidate({ tags: ['a'] })).toMatchObject({ reached: 'here' })
    await sent(here)
    expect(tagsOf(sink)).toEqual([['a']])
    control.away = false
    for (let n = 0; n < 100 && here.of('pending.replayed').length === 0; n++) await here.clock.advanceAsync(1000)
    await sent(here)
    expect(tagsOf(sink)).toEqual([['a'], ['a']])
    await here.close()
  })

  it('is as a whole the one tag that every page has', async () => {
    const here = open()
    const [sink, without] = [noting(), noting()]
    purgeThrough(here, sink, { ...once, all: 'pages' })
    purgeThrough(here, without, once)
    await here.invalidate({ namespace: 'http' })
    await sent(here)
    await here.cache.clear()
    await sent(here)
    await here.invalidate({ namespace: 'menu', keys: ['menu:1'] })
    await sent(here)
    expect(tagsOf(sink)).toEqual([['pages'], ['pages']])
    expect(without.asked).toEqual([])
    await here.close()
  })

  it('is a page by its URL, where origins are known', async () => {
    const here = open()
    const [sink, without] = [noting(), noting()]
    purgeThrough(here, sink, { ...once, origins: ['https://a.example', 'https://b.example/'] })
    purgeThrough(here, without, once)
    await purgePages(here, ['/menu?day=1'])
    await sent(here)
    expect(sink.asked).toEqual([{ tags: [], urls: ['https://a.example/menu?day=1', 'https://b.example/menu?day=1'] }])
    expect(without.asked).toEqual([])
    await here.close()
  })

  it('is also what somebody asks for', async () => {
    const here = open()
    const sink = noting()
    const purging = purgeThrough(here, sink, once)
    purging.purge({ tags: ['x'], urls: ['https://a.example/'] })
    expect(() => purging.purge({ urls: ['/'] })).toThrow('a URL to purge')
    await sent(here)
    expect(sink.asked).toEqual([{ tags: ['x'], urls: ['https://a.example/'] }])
    await purging.close()
    expect(() => purging.purge({ tags: ['x'] })).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    await here.close()
  })
})

describe('a sink', () => {
  it('that takes its time gets meanwhile nothing, then all at once; and keeps no other waiting', async () => {
    const here = open()
    const held = gate()
    const asked: Purge[] = []
    const quick = noting()
    const slow: PurgeSink = async (purge) => {
      asked.push(purge)
      await held.promise
    }
    purgeThrough(here, [slow, quick], once)
    for (const tag of ['a', 'b', 'c']) {
      await here.invalidate({ tags: [tag] })
      await sent(here)
    }
    expect(tagsOf({ asked })).toEqual([['a']])
    expect(tagsOf(quick)).toEqual([['a'], ['b'], ['c']])
    held.pass()
    await sent(here)
    expect(tagsOf({ asked })).toEqual([['a'], ['b', 'c']])
    await here.close()
  })

  it('that fails is told of, and gets what comes after', async () => {
    const here = open()
    const failures: unknown[] = []
    const sink = noting()
    const failing: PurgeSink = async (purge) => {
      await sink(purge)
      throw new Error('no way')
    }
    purgeThrough(here, [noting(), failing], { ...once, onError: (error, purge) => failures.push(String(error), purge) })
    await here.invalidate({ tags: ['a'] })
    await sent(here)
    await here.invalidate({ tags: ['b'] })
    await sent(here)
    expect(tagsOf(sink)).toEqual([['a'], ['b']])
    expect(failures.slice(0, 2)).toEqual(['Error: no way', { tags: ['a'], urls: [] }])
    expect(here.of('http.purge-failed')).toMatchObject([
      { sink: 1, tags: ['a'], urls: [] },
      { sink: 1, tags: ['b'], urls: [] },
    ])
    await here.close()
  })

  it('and who is told of its failures, both throwing at once, disturb nobody', async () => {
    const here = open()
    const failing = (() => {
      throw new Error('at once')
    }) as PurgeSink
    const told = (): never => {
      throw new Error('told')
    }
    purgeThrough(here, failing, { ...once, onError: told })
    await here.invalidate({ tags: ['a'] })
    await sent(here)
    expect(here.of('http.purge-failed')).toHaveLength(1)
    expect(here.of('listener.error')).toHaveLength(1)
    await here.close()
  })
})

describe('more than there is room for', () => {
  it('is told, and what has room is sent', async () => {
    const here = open()
    const sink = noting()
    purgeThrough(here, sink, { ...once, maxQueued: 2 })
    await here.invalidate({ tags: ['a', 'b', 'c', 'd'] })
    await sent(here)
    expect(tagsOf(sink)).toEqual([['a', 'b']])
    expect(here.of('http.purge-failed')).toMatchObject([{ tags: ['c', 'd'], error: { code: 'NOT_REACHED' } }])
    await here.close()
  })

  it('is the one tag that every page has, where there is one', async () => {
    const here = open()
    const sink = noting()
    purgeThrough(here, sink, { ...once, maxQueued: 2, all: 'pages' })
    await here.invalidate({ tags: ['a', 'b', 'c'] })
    await sent(here)
    expect(tagsOf(sink)).toEqual([['pages']])
    expect(here.of('http.purge-failed')).toEqual([])
    await here.close()
  })
})

describe('the end', () => {
  it('sends what waits, second times as well, and hears no more', async () => {
    const here = open()
    const sink = noting()
    const purging = purgeThrough(here, sink)
    await here.invalidate({ tags: ['a'] })
    await sent(here)
    await here.invalidate({ tags: ['b'] })
    const closed = purging.close()
    await sent(here)
    await closed
    await here.invalidate({ tags: ['c'] })
    await here.clock.advanceAsync(60_000)
    expect(tagsOf(sink)).toEqual([['a'], ['b', 'a']])
    await here.close()
  })

  it('waits no longer than it may for a sink that does not answer, and says what was not sent', async () => {
    const here = open()
    const stuck: PurgeSink = async (_, signal) =>
      await new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('ended'))))
    const purging = purgeThrough(here, stuck, { ...once, closeTimeout: 10 })
    await here.invalidate({ tags: ['a'] })
    await sent(here)
    await here.invalidate({ tags: ['b'] })
    await purging.close()
    await expect.poll(() => here.of('http.purge-failed').map(({ tags }) => tags)).toEqual([['a'], ['b']])
    await here.close()
  })
})

it.each<[string, PurgeThroughOptions]>([
  ['origins', { origins: ['https://a.example/path'] }],
  ['origins', { origins: ['a.example'] }],
  ['all', { all: '' }],
  ['again', { again: -1 }],
  ['maxQueued', { maxQueued: 0 }],
  ['remote', { remote: 'yes' as never }],
  ['a misspelt one', { originss: [] } as never],
])('an option that is not allowed, %s, is refused', async (_, options) => {
  const here = open()
  expect(() => purgeThrough(here, noting(), options)).toThrow(RedstartError)
  expect(() => purgeThrough({} as never, noting())).toThrow(RedstartError)
  expect(() => purgeThrough(here, ['x'] as never)).toThrow('a sink of purgeThrough')
  await here.close()
})
