import type { Backend } from '@redstart/core'
import { memory } from '@redstart/core/memory'
import { describe, expect, it } from 'vitest'
import type { OpenBackend } from '../src/contract/index.ts'
import { sessionContractTests } from '../src/contract/sessions/session-contract-tests.ts'
import type { CreateRequest, FieldChange, SessionStore } from '../src/contract/sessions/session-types.ts'

type Fault = (store: SessionStore, place: Place) => Partial<SessionStore>

/** What a fault may need beside the store itself. */
interface Place {
  /** Opens another store. */
  readonly open: (app: string, namespace: string) => SessionStore
  /** All that were created over the same backend. */
  readonly created: CreateRequest[]
}

/** Each breaks one promise of a store in one way; the tests of the subject named first must see it. */
const faults: readonly (readonly [subject: string, fault: string, fault: Fault])[] = [
  ['a new record', 'one app for all', (_, { open }) => handedOn(open('one', 'web'))],
  ['a new record', 'records that live for ever', (store) => creatingAs(store, { idle: 1e9 })],
  ['a new record', 'an absolute end that is forgotten', (store) => creatingAs(store, { absolute: 8e15 })],
  ['a new record', 'records that are made too late', (store) => creatingAs(store, { until: 8e15 })],
  [
    'a new record',
    'a record in the place of another',
    (store) => ({
      async create(request, timeout) {
        await store.revoke({ addresses: [request.address] }, timeout)
        return await store.create(request, timeout)
      },
    }),
  ],
  [
    'a load',
    'any secret',
    (store, { created }) => ({
      load: async (request, timeout) => await store.load({ ...request, ...secretOf(created, request) }, timeout),
    }),
  ],
  [
    'a load',
    'uses that are never noted',
    (store) => ({
      async load(request, timeout) {
        const { touchAfter: _touchAfter, ...rest } = request
        return await store.load(rest, timeout)
      },
    }),
  ],
  [
    'a load',
    'uses that are always noted',
    (store) => ({ load: async (request, timeout) => await store.load({ ...request, touchAfter: 0 }, timeout) }),
  ],
  [
    'a load',
    'read-only loads that change things',
    (store) => ({ load: async (request, timeout) => await store.load({ ...request, readOnly: false }, timeout) }),
  ],
  [
    'a commit',
    'changes that always fit',
    (store) => committingAs(store, (change) => ({ ...change, onMismatch: 'change' })),
  ],
  [
    'a commit',
    'changes that are refused where they may be left',
    (store) => committingAs(store, (change) => ({ ...change, onMismatch: 'refuse' })),
  ],
  [
    'a commit',
    'fields that are emptied and not deleted',
    (store) => committingAs(store, (change) => ({ ...change, bytes: change.bytes ?? new Uint8Array(36) })),
  ],
  [
    'a commit',
    'half of it',
    (store) => ({
      async commit(request, timeout) {
        for (const change of request.changes) await store.commit({ ...request, changes: [change] }, timeout)
        return await store.commit(request, timeout)
      },
    }),
  ],
  [
    'a commit',
    'commits that come too late',
    (store) => ({ commit: async (request, timeout) => await store.commit({ ...request, until: 8e15 }, timeout) }),
  ],
  [
    'a commit',
    'a core that is not replaced',
    (store) => ({
      async commit(request, timeout) {
        const { core: _core, ...rest } = request
        return await store.commit(rest, timeout)
      },
    }),
  ],
  [
    'a rotation',
    'a grace that is forgotten',
    (store) => ({ load: async (request, timeout) => await store.load({ ...request, grace: 0 }, timeout) }),
  ],
  [
    'a rotation',
    'a grace without end',
    (store) => ({ load: async (request, timeout) => await store.load({ ...request, grace: 1e9 }, timeout) }),
  ],
  [
    'a rotation',
    "a next secret of one's own",
    (store) => ({
      async rotate(request, timeout) {
        const reply = await store.rotate(request, timeout)
        return reply.kind === 'rotated' ? { ...reply, next: request.next } : reply
      },
    }),
  ],
  [
    'a rotation',
    'a next secret that loads do not tell',
    (store) => ({
      async load(request, timeout) {
        const reply = await store.load(request, timeout)
        return reply.kind === 'loaded' ? { ...reply, next: undefined } : reply
      },
    }),
  ],
  [
    'an end',
    'an end that is not remembered',
    (store) => ({
      async end(request, timeout) {
        const reply = await store.end(request, timeout)
        return reply.kind === 'ended' ? { ...reply, kind: 'missing' } : reply
      },
    }),
  ],
  [
    'an end',
    'an end that is a revocation',
    (store) => ({
      async end(request, timeout) {
        const reply = await store.load({ ...request, readOnly: true }, timeout)
        await store.revoke({ addresses: [request.address] }, timeout)
        return reply.kind === 'loaded' ? { ...reply, kind: 'ended-now' } : reply
      },
    }),
  ],
  [
    'a revocation',
    'one that spares visitors',
    (store) => ({
      revoke: async ({ addresses, ...rest }, timeout) =>
        await store.revoke({ ...rest, addresses: addresses.filter(({ kind }) => kind === 'user') }, timeout),
    }),
  ],
  [
    'a revocation',
    'one that leaves nobody',
    (store) => ({
      async revokeAll(request, timeout) {
        const { except: _except, ...rest } = request
        return await store.revokeAll(rest, timeout)
      },
    }),
  ],
  [
    'a revocation',
    'those that are named, and not those that counted',
    (store) => ({
      revoke: async (request, timeout) => ({
        ...(await store.revoke(request, timeout)),
        sids: request.addresses.map(({ sid }) => sid),
      }),
    }),
  ],
  [
    'a revocation',
    'a list in another order',
    (store) => ({ list: async (...args) => [...(await store.list(...args))].sort((a, b) => b.expires - a.expires) }),
  ],
  ['word of a revocation', 'word that does not come', () => ({ subscribe: () => () => {} })],
  [
    'word of a revocation',
    'word without who is left',
    (store) => ({
      subscribe: (listener) => store.subscribe((revocation) => listener({ ...revocation, except: undefined })),
    }),
  ],
  [
    'word of a revocation',
    'word that does not stop',
    (store) => ({
      subscribe(listener) {
        store.subscribe(listener)
        return () => {}
      },
    }),
  ],
  ['the limit of a user', 'no limit', (store) => creatingAs(store, { limit: { max: 1000, onExceed: 'reject' } })],
  [
    'the limit of a user',
    'a limit that always evicts',
    (store) => ({
      async create(request, timeout) {
        const limit = request.limit && { ...request.limit, onExceed: 'evict-soonest-to-expire' as const }
        return await store.create({ ...request, ...(limit && { limit }) }, timeout)
      },
    }),
  ],
  [
    'the limit of a user',
    'a limit that is looked at before',
    (store) => ({
      async create({ limit, ...request }, timeout) {
        const { address } = request
        const there = address.kind === 'user' ? await store.list(address.tag, timeout) : []
        if (limit === undefined || there.length < limit.max) return await store.create(request, timeout)
        return await store.create({ ...request, limit }, timeout)
      },
    }),
  ],
  ['an admission', 'no limit', () => ({ admit: async () => true })],
  [
    'an admission',
    'a window that never ends',
    (store) => ({ admit: async (request, timeout) => await store.admit({ ...request, window: 1e9 }, timeout) }),
  ],
  [
    'what is noted',
    'notes that are lost',
    (store) => ({ note: async (activity, timeout) => await store.note(activity.slice(1), timeout) }),
  ],
  [
    'what is noted',
    'all uses as recent ones',
    (store) => ({ statistics: async (_, timeout) => await store.statistics({ within: 1e9 }, timeout) }),
  ],
  [
    'at the same time',
    'reading before writing',
    (store, { created }) => ({
      async commit(request, timeout) {
        const before = await store.load({ ...request, readOnly: true }, timeout)
        const reply = await store.commit(request, timeout)
        if (reply.kind !== 'revoked' && reply.kind !== 'missing') return reply
        const old = created.find(({ address }) => address === request.address)
        if (before.kind === 'loaded' && old) await store.create(old, timeout)
        return reply
      },
      async revokeAll(request, timeout) {
        const reply = await store.revokeAll(request, timeout)
        const old = created.find(({ address }) => address.sid === reply.sids[0])
        // By then the store may have been closed.
        if (old) setTimeout(() => void store.create(old, timeout).catch(() => {}), 0)
        await new Promise((resolve) => setTimeout(resolve, 5))
        return reply
      },
    }),
  ],
  [
    'after any sequence of operations, a record',
    'a previous secret that is told the next one',
    (store) => ({
      async commit(request, timeout) {
        const reply = await store.commit(request, timeout)
        return reply.kind === 'committed' && reply.secret === 'previous'
          ? { ...reply, next: new Uint8Array(36) }
          : reply
      },
    }),
  ],
  [
    'after any sequence of operations, a record',
    'a previous secret that passes for the current one',
    (store) => ({
      async load(request, timeout) {
        const reply = await store.load(request, timeout)
        return reply.kind === 'loaded' ? { ...reply, secret: 'current' } : reply
      },
    }),
  ],
  [
    'a call',
    'a call that hangs',
    (store) => ({
      load: async (request, timeout) => await (timeout < 100 ? new Promise(() => {}) : store.load(request, timeout)),
    }),
  ],
  ['a closed store', 'a store that stays open', () => ({ close: async () => {} })],
]

describe('the contract suite of sessions', () => {
  it.concurrent.each(faults)(
    'sees under "%s" %s',
    async (subject, _, fault) => {
      const failures: unknown[] = []
      for (const { run } of sessionContractTests[subject] ?? []) {
        await run(openWith(fault)).catch((error: unknown) => failures.push(error))
        if (failures.length > 0) break
      }
      expect(failures).toHaveLength(1)
    },
    60_000,
  )

  it('says so of a backend that keeps none', async () => {
    const none: OpenBackend = async () => ({
      backend: { name: 'none', cache: memory().cache },
      now: () => Date.now(),
      dispose: async () => {},
    })
    const [test] = sessionContractTests['a load'] ?? []
    await expect(test?.run(none)).rejects.toThrow('keeps no sessions')
  })
})

/** The memory backend, with a fault in each of its stores. */
function openWith(fault: Fault): OpenBackend {
  return async (options) => {
    const backend = memory(options)
    const created: CreateRequest[] = []
    const sessions: NonNullable<Backend['sessions']> = (context, { namespace }) => {
      const open: Place['open'] = (app, of) =>
        backend.sessions?.({ ...context, app }, { namespace: of }) ?? expect.fail('memory keeps no sessions')
      const store = open(context.app, namespace)
      const whole = { ...handedOn(store), ...fault(store, { open, created }) }
      return {
        ...whole,
        async create(request, timeout) {
          created.push(request)
          return await whole.create(request, timeout)
        },
      }
    }
    return {
      backend: { name: 'faulty', cache: backend.cache, sessions },
      now: () => Date.now(),
      dispose: async () => {},
    }
  }
}

/** The store as a plain object, whose members can be replaced. */
function handedOn(store: SessionStore): SessionStore {
  return {
    time: async (...args) => await store.time(...args),
    create: async (...args) => await store.create(...args),
    load: async (...args) => await store.load(...args),
    commit: async (...args) => await store.commit(...args),
    rotate: async (...args) => await store.rotate(...args),
    end: async (...args) => await store.end(...args),
    revoke: async (...args) => await store.revoke(...args),
    revokeAll: async (...args) => await store.revokeAll(...args),
    list: async (...args) => await store.list(...args),
    admit: async (...args) => await store.admit(...args),
    note: async (...args) => await store.note(...args),
    statistics: async (...args) => await store.statistics(...args),
    subscribe: (listener) => store.subscribe(listener),
    close: async () => await store.close(),
  }
}

function creatingAs(store: SessionStore, change: Partial<CreateRequest>): Partial<SessionStore> {
  return { create: async (request, timeout) => await store.create({ ...request, ...change }, timeout) }
}

function committingAs(store: SessionStore, as: (change: FieldChange) => FieldChange): Partial<SessionStore> {
  return {
    commit: async (request, timeout) => await store.commit({ ...request, changes: request.changes.map(as) }, timeout),
  }
}

/** The secret with which a record was made. */
function secretOf(
  created: readonly CreateRequest[],
  { address }: Pick<CreateRequest, 'address'>,
): Pick<CreateRequest, 'verifier'> | undefined {
  const found = created.find((each) => each.address.kind === address.kind && each.address.sid === address.sid)
  return found && { verifier: found.verifier }
}
