import type { Backend, CacheStore, StoreContext } from '@redstart/core'
import { memory } from '@redstart/core/memory'
import { describe, expect, it } from 'vitest'
import type { OpenBackend } from '../src/contract/index.ts'
import { trackingTests } from '../src/contract/tracking.ts'

type Listener = Parameters<NonNullable<CacheStore['track']>>[0]

/** How word of changes is spoilt on its way to one listener. */
interface Fault {
  readonly hears?: (listener: Listener, path: string) => void
  readonly confirm?: () => Promise<void>
  readonly apps?: 'all'
}

const sound: Fault = {}
const faults: Readonly<Record<string, Fault>> = {
  'changes that are not told': { hears: () => {} },
  'changes that are told after they were confirmed': {
    hears: (listener, path) => setImmediate(() => setTimeout(() => listener.changed(path), 20)),
  },
  'several keys made one': { hears: (listener, path) => path.split(',').forEach((part) => listener.changed(part)) },
  'keys cut short': { hears: (listener, path) => listener.changed(path.slice(0, 100)) },
  'changes of all apps': { apps: 'all' },
  'a confirmation that hangs': { confirm: () => new Promise(() => {}) },
  'a confirmation of a closed store': { confirm: async () => {} },
}

/** How many of the tests fail. */
async function failures(fault: Fault): Promise<number> {
  let failed = 0
  for (const { run } of trackingTests) {
    const hung = new Promise((_, reject) => setTimeout(() => reject(new Error('hung')), 1500).unref())
    await Promise.race([run(telling(fault)), hung]).catch(() => (failed += 1))
  }
  return failed
}

describe('the tests of the word of changes', () => {
  it('see nothing in a sound backend', async () => {
    expect(await failures(sound)).toBe(0)
  })

  it.concurrent.each(Object.entries(faults))(
    'see %s',
    async (_, fault) => {
      expect(await failures(fault)).toBeGreaterThan(0)
    },
    30_000,
  )
})

/** The memory backend, with every change told to every store. */
function telling({ hears = (listener, path) => listener.changed(path), confirm, apps }: Fault): OpenBackend {
  return async (options) => {
    const backend = memory(options)
    const listeners = new Map<Listener, string>()
    const tell = (app: string, path: string): void => {
      for (const [listener, its] of listeners) if (its === app || apps === 'all') hears(listener, path)
    }
    const cache = (context: StoreContext): CacheStore => toldOf(backend, context, tell, listeners, confirm)
    return {
      backend: { name: 'telling', cache },
      now: () => Date.now(),
      async foreign(app, path, bytes) {
        const store = backend.cache({ app, clock: { now: () => 0, schedule: () => () => {} } })
        const generation = '0'.repeat(32)
        if (bytes) await store.write({ key: path, bytes, ttl: 60_000, generation, clock: 1 }, 1000)
        tell(app, path)
      },
      dispose: async () => {},
    }
  }
}

function toldOf(
  backend: Backend,
  context: StoreContext,
  tell: (app: string, path: string) => void,
  listeners: Map<Listener, string>,
  spoilt: Fault['confirm'],
): CacheStore {
  const store = backend.cache(context)
  const write = store.write.bind(store)
  store.write = async (request, timeout) => {
    const outcome = await write(request, timeout)
    tell(context.app, request.key)
    return outcome
  }
  const invalidate = store.invalidate.bind(store)
  store.invalidate = async (request, timeout) => {
    const done = await invalidate(request, timeout)
    for (const path of request.unlink) tell(context.app, path)
    return done
  }
  const track = store.track?.bind(store)
  store.track = (listener) => {
    listeners.set(listener, context.app)
    const confirm = track?.(listener).confirm ?? (async () => {})
    return { confirm: spoilt ?? confirm }
  }
  return store
}
