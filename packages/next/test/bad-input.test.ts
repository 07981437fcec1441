import { createCacheHandlers, type HandlerSetup, type IncrementalValue } from '@redstart/next/handlers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { closeRuntime } from '../src/runtime/runtime.ts'
import { madeHandlers } from './made-handlers.ts'
import { told } from './told.ts'
import { entryOf, fill, servedText, streamOf } from './use-cache/next-reads.ts'

const PAGE = { kind: 'APP_PAGE', isFallback: false } as const
const MB = 1024 * 1024

const opened: string[] = []
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(opened.splice(0).map((id) => closeRuntime(id)))
})

function handlersOf(id: string, config: HandlerSetup['config']): ReturnType<typeof createCacheHandlers> {
  opened.push(id)
  const settings = { id, namespace: 'next', retention: 60_000, maxEntryBytes: 16 * MB, deploymentId: '' }
  return createCacheHandlers({ config, settings })
}

describe('a configuration', () => {
  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    [
      'throws',
      () => () => {
        throw new Error('no REDIS_URL')
      },
      /no REDIS_URL/,
    ],
    ['rejects with what is no error', () => () => Promise.reject(Object.assign(Object.create(null), {})), /no error/],
    [
      'is a handler',
      () => createCacheHandlers({ config: async () => ({ default: {} }), settings: {} as never }),
      /nothing is cached/,
    ],
    ['is the methods of a handler', () => ({ get() {}, set() {} }), /"get"/],
    [
      'is a class of handlers',
      () =>
        class Handler {
          readonly none = 0
        },
      /nothing is cached/,
    ],
    ['is text', () => 'redis://localhost', /neither the options/],
  ]
  it.each(cases)('that %s is told once, and nothing is cached', async (word, exported, message) => {
    using heard = told()
    const handlers = handlersOf(`bad ${word}`, () => Promise.resolve({ default: exported() }))
    for (let times = 0; times < 3; times++) {
      await fill(handlers, 'menu')
      expect(await servedText(handlers, 'menu')).toBeUndefined()
      expect(await new handlers({}).get('/menu', PAGE)).toBeNull()
      await handlers.updateTags(['menu'])
    }
    expect(heard.warnings).toEqual([expect.stringMatching(message)])
  })

  it('that is never there is waited for once', async () => {
    vi.useFakeTimers()
    using heard = told()
    const handlers = handlersOf('never', () => new Promise(() => undefined))
    const first = [handlers.refreshTags(), handlers.get('menu', []), new handlers({}).get('/menu', PAGE)]
    await vi.advanceTimersByTimeAsync(5000)
    expect(await Promise.all(first)).toEqual([undefined, undefined, null])
    expect(heard.warnings).toEqual([expect.stringMatching(/has not been read within 5000 ms/)])
    // Nobody waits any more, nor does a timer run.
    expect(await Promise.all([handlers.get('menu', []), new handlers({}).get('/menu', PAGE)])).toEqual([
      undefined,
      null,
    ])
    expect(vi.getTimerCount()).toBe(0)
    opened.length = 0
  })

  it('that is there late is used from then on', async () => {
    vi.useFakeTimers()
    using heard = told()
    let arrive: (exported: { readonly default: unknown }) => void = () => undefined
    const handlers = handlersOf('late', () => new Promise((resolve) => (arrive = resolve)))
    const first = handlers.get('menu', [])
    await vi.advanceTimersByTimeAsync(5000)
    expect(await first).toBeUndefined()
    vi.useRealTimers()
    arrive({ default: {} })
    await expect
      .poll(async () => {
        await fill(handlers, 'menu')
        return await servedText(handlers, 'menu')
      })
      .toBe('menu')
    expect(heard.warnings).toHaveLength(1)
  })
})

describe('keys', () => {
  const keys = [
    '\0',
    'a\0b',
    '\uD800',
    '\uDC00',
    '\uFFFD',
    '{app}:meta',
    'a:b',
    '../..',
    '\r\n',
    '__proto__',
    'x'.repeat(MB),
  ]

  it('may hold anything, and are told apart', async () => {
    await using made = madeHandlers()
    const { handlers } = made
    const request = new handlers({})
    for (const [index, key] of keys.entries()) {
      await fill(handlers, key, { text: `entry ${index}` })
      await request.get(key, PAGE)
      await request.set(key, { kind: 'APP_ROUTE', body: Buffer.from(`${index}`), status: 200, headers: {} }, {})
    }
    for (const [index, key] of keys.entries()) {
      expect(await servedText(handlers, key)).toBe(`entry ${index}`)
      expect(await request.get(key, PAGE)).toMatchObject({ value: { body: Buffer.from(`${index}`) } })
    }
  })

  it('may be tags, too', async () => {
    await using made = madeHandlers()
    for (const tag of keys) {
      await fill(made.handlers, 'menu', { tags: [tag] })
      expect(await servedText(made.handlers, 'menu')).toBe('menu')
      await made.handlers.updateTags([tag])
      expect(await servedText(made.handlers, 'menu')).toBeUndefined()
    }
  })
})

describe('entries of 50 MB', () => {
  const text = 'x'.repeat(50 * MB)
  const head = { headers: {}, status: 200 } as const
  const values: readonly IncrementalValue[] = [
    { kind: 'FETCH', data: { headers: {}, body: text, url: '' }, revalidate: 60 },
    { kind: 'APP_PAGE', html: text, rscData: undefined, postponed: undefined, segmentData: undefined, ...head },
    { kind: 'PAGES', html: text, pageData: {}, ...head },
    { kind: 'APP_ROUTE', body: Buffer.from(text), ...head },
    { kind: 'IMAGE', etag: 'e', upstreamEtag: 'u', buffer: Buffer.from(text), extension: 'png' },
  ]

  it('are not kept, which is told once', async () => {
    await using made = madeHandlers({}, { maxEntryBytes: 16 * MB })
    using heard = told()
    const request = new made.handlers({})
    for (const value of [...values, ...values]) {
      const kind = value.kind === 'REDIRECT' ? 'PAGES' : value.kind
      await request.get('large', { kind })
      await request.set('large', value, { fetchCache: kind === 'FETCH' })
      expect(await request.get('large', { kind })).toBeNull()
    }
    expect(heard.warnings).toEqual([expect.stringMatching(/more than 16777216 bytes/)])
  })

  it('are read no further than they may be long', async () => {
    await using made = madeHandlers({}, { maxEntryBytes: 16 * MB })
    using heard = told()
    let chunks = 0
    const chunk = new Uint8Array(MB)
    const value = new ReadableStream<Uint8Array>({
      pull(controller) {
        if ((chunks += 1) > 50) controller.close()
        else controller.enqueue(chunk)
      },
    })
    await made.handlers.get('large', [])
    await made.handlers.set('large', Promise.resolve({ ...entryOf({}), value }))
    await made.handlers.set('large', Promise.resolve({ ...entryOf({}), value: streamOf(text) }))
    expect(await servedText(made.handlers, 'large')).toBeUndefined()
    expect(chunks).toBeLessThan(25)
    expect(heard.warnings).toEqual([expect.stringMatching(/more than 16777216 bytes/)])
  })
})
