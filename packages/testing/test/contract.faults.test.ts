import { randomBytes } from 'node:crypto'
import {
  type Backend,
  type CacheStore,
  glob,
  type Hint,
  type ReadReply,
  type Snapshot,
  type StoreContext,
} from '@redstart/core'
import { memory } from '@redstart/core/memory'
import { decodeEntry, encodeEntry } from '@redstart/core/wire'
import { describe, expect, it } from 'vitest'
import { contractTests } from '../src/contract/contract-tests.ts'
import type { OpenBackend } from '../src/contract/index.ts'

type Fault = (store: CacheStore, context: StoreContext, backend: Backend) => Partial<CacheStore>

/** Each breaks one promise of a store in one way; the tests of the subject named first must see it. */
const faults: readonly (readonly [subject: string, fault: string, fault: Fault])[] = [
  [
    'entries',
    'entries in another order',
    (store) => ({
      read: async (...args) =>
        replied(await store.read(...args), ({ entries }) => ({
          entries: entries.map((_, n) => entries[entries.length - 1 - n]),
        })),
    }),
  ],
  [
    'entries',
    'entries that never expire',
    (store) => ({ write: async (request, timeout) => await store.write({ ...request, ttl: 1e9 }, timeout) }),
  ],
  [
    'entries',
    'entries that all live short',
    (store) => ({ write: async (request, timeout) => await store.write({ ...request, ttl: 50 }, timeout) }),
  ],
  [
    'entries',
    'entries that are never unlinked',
    (store) => ({
      invalidate: async (request, timeout) => await store.invalidate({ ...request, unlink: [] }, timeout),
    }),
  ],
  ['entries', 'one app for all', (_, { clock }, backend) => handedOn(backend.cache({ app: 'one', clock }))],
  ['scanning', 'no entry at all', () => ({ scan: nothing })],
  [
    'scanning',
    'what does not match',
    (store) => ({ scan: (_, timeout) => store.scan({ match: glob.compile('*') }, timeout) }),
  ],
  [
    'scanning',
    'one batch alone',
    (store) => ({
      async *scan(...args) {
        for await (const batch of store.scan(...args)) {
          yield batch
          if (batch.length > 0) return
        }
      },
    }),
  ],
  [
    'scanning',
    'everything in one batch',
    (store) => ({
      async *scan(...args) {
        const all = []
        for await (const batch of store.scan(...args)) all.push(...batch)
        yield all
      },
    }),
  ],
  ['scanning', 'the entries of another app', (_, { clock }, backend) => handedOn(backend.cache({ app: 'one', clock }))],
  ['removing', 'a removal that does nothing', () => ({ remove: async (paths) => paths.length })],
  [
    'removing',
    'a count of those named, not of those there',
    (store) => ({
      async remove(paths, timeout) {
        await store.remove(paths, timeout)
        return paths.length
      },
    }),
  ],
  [
    'removing',
    'a removal that invalidates',
    (store) => ({
      async remove(paths, timeout) {
        const names = paths.map((path) => `k:${path}`)
        const question = { candidate: randomBytes(16).toString('hex'), keep: 1000 }
        await store.invalidate({ ...question, names, kind: 'hard', deadline: Infinity, unlink: [] }, timeout)
        return await store.remove(paths, timeout)
      },
    }),
  ],
  [
    'removing',
    'a removal of the first thousand',
    (store) => ({ remove: async (paths, timeout) => await store.remove(paths.slice(0, 1000), timeout) }),
  ],
  [
    'of two writes',
    'a refusal that is not told',
    (store) => ({
      async write(...args) {
        await store.write(...args)
        return 'stored'
      },
    }),
  ],
  [
    'of two writes',
    'no refusal',
    (store) => ({
      async write(request, timeout) {
        await store.invalidate(
          {
            candidate: request.generation,
            keep: 1,
            names: [],
            kind: 'hard',
            deadline: Infinity,
            unlink: [request.key],
          },
          timeout,
        )
        return await store.write(request, timeout)
      },
    }),
  ],
  ['a touch', 'touches that are not told', (store) => ({ touch: async (...args) => !(await store.touch(...args)) })],
  ['a touch', 'touches that do nothing', () => ({ touch: async () => true })],
  [
    'a touch',
    'touches that change the instants and not the expiry',
    (store) => ({ touch: async (request, timeout) => await store.touch({ ...request, ttl: 200 }, timeout) }),
  ],
  [
    'a touch',
    'touches of whatever is there',
    (store) => ({
      async touch(request, timeout) {
        const [there] = (await store.read({ keys: [request.key] }, timeout)).entries
        const read = there && decodeEntry(there)
        if (read?.ok !== true) return false
        const { generation, clock } = read.entry
        return await store.touch({ ...request, generation, clock }, timeout)
      },
    }),
  ],
  [
    'a touch',
    'touches that are writes of a later clock',
    (store) => ({
      async touch(request, timeout) {
        const [there] = (await store.read({ keys: [request.key] }, timeout)).entries
        const read = there && decodeEntry(there)
        if (read?.ok !== true || read.entry.clock !== request.clock || read.entry.generation !== request.generation)
          return false
        const clock = request.clock + 1
        const bytes = encodeEntry({ ...read.entry, ...request, clock })
        return (await store.write({ ...request, bytes, clock }, timeout)) === 'stored'
      },
    }),
  ],
  [
    'a touch',
    'touches that invalidate what they touch',
    (store, { clock }) => ({
      async touch(request, timeout) {
        const names = [`k:${request.key}`]
        const { generation } = request
        await store.invalidate(
          { candidate: generation, keep: clock.now(), names, kind: 'hard', deadline: Infinity, unlink: [] },
          timeout,
        )
        return await store.touch(request, timeout)
      },
    }),
  ],
  [
    'the generation',
    'a generation that every read starts',
    (store) => ({
      async read({ question = { candidate: randomBytes(16).toString('hex'), keep: 1 }, ...request }, timeout) {
        return await store.read({ ...request, question }, timeout)
      },
    }),
  ],
  [
    'the generation',
    'a generation that each asker chooses',
    (store) => ({
      read: async (request, timeout) =>
        replied(await store.read(request, timeout), ({ answer }) => ({
          answer: answer && { ...answer, generation: request.question?.candidate ?? '' },
        })),
    }),
  ],
  [
    'an answer',
    'a clock of another machine',
    (store) => ({
      read: async (...args) =>
        replied(await store.read(...args), ({ answer }) => ({
          answer: answer && { ...answer, time: answer.time + 5000 },
        })),
    }),
  ],
  [
    'the clock',
    'clocks that do not chain',
    (store) => ({
      async invalidate(...args) {
        const done = await store.invalidate(...args)
        return { ...done, previous: done.previous - 1 }
      },
    }),
  ],
  [
    'markers',
    'a clock for each name',
    (store) => ({
      async invalidate({ names, ...request }, timeout) {
        for (const name of names.slice(1)) await store.invalidate({ ...request, names: [name] }, timeout)
        return await store.invalidate({ ...request, names: names.slice(0, 1) }, timeout)
      },
    }),
  ],
  [
    'markers',
    'soft taken for hard',
    (store) => ({
      invalidate: async (request, timeout) => await store.invalidate({ ...request, kind: 'hard' }, timeout),
    }),
  ],
  [
    'the deadline of a soft marker',
    'deadlines that are lost',
    (store) => ({
      invalidate: async (request, timeout) => await store.invalidate({ ...request, deadline: Infinity }, timeout),
    }),
  ],
  ['a hint', 'hints of one kind', (store) => heardAs(store, (hint) => [{ ...hint, kind: 'hard' }])],
  ['a hint', 'hints that come twice', (store) => heardAs(store, (hint) => [hint, hint])],
  [
    'a hint',
    'hints of some names',
    (store) => heardAs(store, (hint) => [{ ...hint, names: hint.names.slice(0, 999) }]),
  ],
  ['a hint', 'hints without what was before', (store) => heardAs(store, (hint) => [{ ...hint, previous: hint.clock }])],
  ['a hint', 'hints that do not come', (store) => ({ subscribe: () => store.subscribe(() => {}) })],
  [
    'a hint',
    'hints that do not stop',
    (store) => ({
      subscribe(listener) {
        store.subscribe(listener)
        return () => {}
      },
    }),
  ],
  ['above the bound of markers', 'a floor that stays', (store) => snapshotAs(store, () => ({ floor: 0 }))],
  [
    'above the bound of markers',
    'floors of namespaces that are forgotten',
    (store) => snapshotAs(store, () => ({ floors: new Map() })),
  ],
  [
    'above the bound of markers',
    'the floor of another namespace',
    (store) => snapshotAs(store, ({ floors }) => ({ floors: new Map([...floors].map(([, each]) => ['a', each])) })),
  ],
  [
    'above the bound of markers',
    'one floor for all namespaces',
    (store) => snapshotAs(store, ({ floor, floors }) => ({ floor: Math.max(floor, ...floors.values()) })),
  ],
  [
    'above the bound of markers',
    'the floor of the first name alone',
    (store) => ({
      read: async (request, timeout) =>
        replied(await store.read(request, timeout), ({ snapshot }) => ({
          snapshot: snapshot && {
            ...snapshot,
            floors: new Map(
              [...snapshot.floors].filter(([each]) => request.names?.[0]?.slice(2).startsWith(`${each}:`)),
            ),
          },
        })),
    }),
  ],
  ['above the bound of markers', 'no bound', (_, context, backend) => handedOn(unbounded(backend).cache(context))],
  ['after any sequence of invalidations', 'a floor that stays', (store) => snapshotAs(store, () => ({ floor: 0 }))],
  [
    'after any sequence of invalidations',
    'floors of namespaces that are forgotten',
    (store) => snapshotAs(store, () => ({ floors: new Map() })),
  ],
  [
    'after any sequence of invalidations',
    'floors of namespaces that rise with the one of all',
    (store) =>
      snapshotAs(store, ({ floor, floors }) => ({
        floors: new Map([...floors].map(([namespace, each]) => [namespace, Math.max(floor, each)])),
      })),
  ],
  [
    'after any sequence of invalidations',
    'deadlines that are lost',
    (store) => ({
      invalidate: async (request, timeout) => await store.invalidate({ ...request, deadline: Infinity }, timeout),
    }),
  ],
  ['a claim', 'claims that are all granted', () => ({ claim: async () => ({ granted: true, failures: 0 }) })],
  [
    'a claim',
    'claims that anybody ends',
    (store, _, backend) => ({
      async claim(request, timeout) {
        const claimed = await store.claim(request, timeout)
        if (claimed.granted) tokensOf(backend).set(request.path, request.token)
        return claimed
      },
      release: async ({ path, token, pause }, timeout) =>
        await store.release({ path, pause, token: tokensOf(backend).get(path) ?? token }, timeout),
    }),
  ],
  [
    'a claim',
    'pauses that are forgotten',
    (store) => ({ release: async (request, timeout) => await store.release({ ...request, pause: 0 }, timeout) }),
  ],
  [
    'a claim',
    'loads of which nothing was stored that are taken for others',
    (store) => ({ release: async (request, timeout) => await store.release({ ...request, open: 0 }, timeout) }),
  ],
  [
    'a claim',
    'the patient that are told that nobody need hold it',
    (store) => ({
      async claim(request, timeout) {
        const claimed = await store.claim({ ...request, patient: false }, timeout)
        return claimed.granted === 'open' ? claimed : await store.claim(request, timeout)
      },
    }),
  ],
  [
    'a claim',
    'failures that are not counted',
    (store) => ({
      async claim(...args) {
        const claimed = await store.claim(...args)
        return claimed.granted ? { granted: true, failures: 0 } : claimed
      },
    }),
  ],
  [
    'a claim',
    'claims that do not end by themselves',
    (store) => ({ claim: async (request, timeout) => await store.claim({ ...request, ttl: 1e9 }, timeout) }),
  ],
  [
    'a call',
    'a call that hangs',
    (store) => ({
      read: async (request, timeout) => await (timeout < 100 ? new Promise(() => {}) : store.read(request, timeout)),
    }),
  ],
  ['a closed store', 'a store that stays open', () => ({ close: async () => {} })],
]

describe('the contract suite', () => {
  it.concurrent.each(faults)(
    'sees under "%s" %s',
    async (subject, _, fault) => {
      const failures: unknown[] = []
      for (const { run } of contractTests[subject] ?? []) {
        await run(openWith(fault)).catch((error: unknown) => failures.push(error))
        if (failures.length > 0) break
      }
      expect(failures).toHaveLength(1)
    },
    60_000,
  )

  it('sees nothing in a sound backend', async () => {
    const sound: Fault = () => ({})
    for (const tests of Object.values(contractTests)) {
      for (const { run } of tests) await run(openWith(sound))
    }
  }, 60_000)
})

/** The memory backend, with a fault in each of its stores. */
function openWith(fault: Fault): OpenBackend {
  return async (options) => {
    const backend = memory(options)
    const faulty = (context: StoreContext): CacheStore => {
      const store = backend.cache(context)
      return { ...handedOn(store), ...fault(store, context, backend) }
    }
    return { backend: { name: 'faulty', cache: faulty }, now: () => Date.now(), dispose: async () => {} }
  }
}

const withoutBound = new WeakMap<Backend, Backend>()

const tokens = new WeakMap<Backend, Map<string, string>>()

/** Who holds what. */
function tokensOf(backend: Backend): Map<string, string> {
  const held = tokens.get(backend) ?? new Map<string, string>()
  tokens.set(backend, held)
  return held
}

/** The store as a plain object, whose members can be replaced. */
function handedOn(store: CacheStore): CacheStore {
  return {
    read: async (...args) => await store.read(...args),
    write: async (...args) => await store.write(...args),
    touch: async (...args) => await store.touch(...args),
    invalidate: async (...args) => await store.invalidate(...args),
    claim: async (...args) => await store.claim(...args),
    release: async (...args) => await store.release(...args),
    scan: (...args) => store.scan(...args),
    remove: async (...args) => await store.remove(...args),
    subscribe: (listener) => store.subscribe(listener),
    close: async () => await store.close(),
  }
}

/** One more memory backend beside each, with the default bound. */
function unbounded(backend: Backend): Backend {
  const twin = withoutBound.get(backend) ?? memory()
  withoutBound.set(backend, twin)
  return twin
}

function replied(reply: ReadReply, change: (reply: ReadReply) => Partial<ReadReply>): ReadReply {
  return { ...reply, ...change(reply) }
}

async function* nothing(): AsyncGenerator<readonly string[]> {
  yield []
}

function snapshotAs(store: CacheStore, change: (snapshot: Snapshot) => Partial<Snapshot>): Partial<CacheStore> {
  return {
    read: async (...args) =>
      replied(await store.read(...args), ({ snapshot }) => ({
        snapshot: snapshot && { ...snapshot, ...change(snapshot) },
      })),
  }
}

function heardAs(store: CacheStore, change: (hint: Hint) => Hint[]): Partial<CacheStore> {
  return {
    subscribe: (listener) =>
      store.subscribe((hint) => {
        for (const each of change(hint)) listener(each)
      }),
  }
}
