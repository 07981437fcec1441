import { createRedstart } from '@redstart/core'
import { createCacheHandlers, type HandlerSetup } from '@redstart/next/handlers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { closeRuntime, runtimeOf } from '../../src/runtime/runtime.ts'
import { entryOf, fill, servedText } from '../use-cache/next-reads.ts'

const PAGE = { kind: 'APP_PAGE', isFallback: false } as const
const opened: string[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(opened.splice(0).map((id) => closeRuntime(id)))
})

function setupOf(id: string, config: HandlerSetup['config']): HandlerSetup {
  opened.push(id)
  return {
    config,
    settings: { id, namespace: 'next', retention: 60_000, maxEntryBytes: 10_000, deploymentId: '' },
  }
}

describe('the runtime of a process', () => {
  it('is one, however often handlers are made, and made at the first use', async () => {
    let reads = 0
    const setup = setupOf('one', () => Promise.resolve({ default: { app: `app-${(reads += 1)}` } }))
    const [one, other] = [createCacheHandlers(setup), createCacheHandlers({ ...setup })]
    const requests = Array.from({ length: 20 }, () => new one({}))
    expect(reads).toBe(0)
    await Promise.all(requests.map((request) => request.get('/menu', PAGE)))
    await fill(one, 'menu')
    expect(await servedText(other, 'menu')).toBe('menu')
    expect(reads).toBe(1)
  })

  it('is that of an instance which the configuration gives', async () => {
    const redstart = createRedstart()
    const runtime = await runtimeOf(setupOf('instance', () => Promise.resolve({ default: async () => redstart })))
    expect(runtime?.redstart).toBe(redstart)
  })

  it('is memory alone while an app is built', async () => {
    vi.stubEnv('NEXT_PHASE', 'phase-production-build')
    const handlers = createCacheHandlers(setupOf('build', () => Promise.reject(new Error('it was read'))))
    await fill(handlers, 'menu')
    expect(await servedText(handlers, 'menu')).toBe('menu')
  })

  it('shares nothing with production while an app is developed', async () => {
    const redstart = createRedstart()
    const config: HandlerSetup['config'] = () => Promise.resolve({ default: () => redstart })
    const production = createCacheHandlers(setupOf('production', config))
    await fill(production, 'menu')
    vi.stubEnv('NODE_ENV', 'development')
    const development = createCacheHandlers(setupOf('development', config))
    expect(await servedText(development, 'menu')).toBeUndefined()
  })

  it.each([
    ['fails', () => Promise.reject(new Error('no such module'))],
    ['exports nothing', () => Promise.resolve({ default: undefined })],
    ['has an option that there is none of', () => Promise.resolve({ default: { ap: 'fix' } })],
  ] as const)('is none where the configuration %s, and handlers answer without it', async (word, config) => {
    const handlers = createCacheHandlers(setupOf(`broken ${word}`, config))
    const request = new handlers({})
    await handlers.refreshTags()
    expect(await handlers.get('menu', [])).toBeUndefined()
    let cancelled = false
    const value = new ReadableStream<Uint8Array>({ cancel: () => void (cancelled = true) })
    await handlers.set('menu', Promise.resolve({ ...entryOf({}), value }))
    expect(cancelled).toBe(true)
    await handlers.updateTags(['menu'])
    expect(await request.get('/menu', PAGE)).toBeNull()
    await request.set('/menu', null, {})
    await request.revalidateTag('menu')
    request.resetRequestCache()
  })

  it('that was closed answers what is safe', async () => {
    const redstart = createRedstart()
    const handlers = createCacheHandlers(setupOf('closed', () => Promise.resolve({ default: () => redstart })))
    await fill(handlers, 'menu')
    await redstart.close()
    expect(await handlers.get('menu', [])).toBeUndefined()
    await handlers.set('menu', Promise.resolve(entryOf({})))
    await handlers.updateTags(['menu'])
  })
})
