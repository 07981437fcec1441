import type { Answer, Backend, CacheStore } from '../../src/index.ts'
import { boundStore } from '../cache/bound-store.ts'

/** Takes a rule of the protocol away from a backend's store. */
export type Mutilation = (store: CacheStore) => CacheStore

/** The same backend with its stores mutilated. */
export function mutilated(backend: Backend, mutilation: Mutilation): Backend {
  return { name: `${backend.name}, mutilated`, cache: (context) => mutilation(backend.cache(context)) }
}

/** Milliseconds for the calls that are made on top. */
const TIMEOUT = 1000
/** Where an entry's bytes hold generation and clock, by the wire format. */
const GENERATION_AT = 4
const CLOCK_AT = 20

/** Binds what is stored to the moment of its storing, not to that of its load. */
export const clockOfTheWrite: Mutilation = (store) => ({
  ...boundStore(store),
  async write(request, timeout) {
    const question = { candidate: request.generation, keep: 60_000 }
    const { answer } = await store.read({ keys: [], question }, TIMEOUT)
    if (answer === undefined) return store.write(request, timeout)
    const { generation, clock } = answer
    const bytes = Buffer.from(request.bytes)
    bytes.write(generation, GENERATION_AT, 'hex')
    bytes.writeBigUInt64BE(BigInt(clock), CLOCK_AT)
    return store.write({ ...request, bytes, generation, clock }, timeout)
  },
})

/** Tells of nothing that was ever invalidated: no markers, and no floors where they were pruned. */
export const noMarkers: Mutilation = (store) => ({
  ...boundStore(store),
  async read(request, timeout) {
    const reply = await store.read(request, timeout)
    const nothing = { floor: 0, floors: new Map<string, number>(), markers: new Map<string, never>() }
    return { ...reply, snapshot: reply.snapshot && { ...reply.snapshot, ...nothing } }
  },
})

/** Forgets the floors of namespaces, but for the one of all. */
export const noFloorsOfNamespaces: Mutilation = (store) => ({
  ...boundStore(store),
  async read(request, timeout) {
    const reply = await store.read(request, timeout)
    return { ...reply, snapshot: reply.snapshot && { ...reply.snapshot, floors: new Map<string, number>() } }
  },
})

/** Hears no other instance, and is told at each question that nothing has happened since the first. */
export const deaf: Mutilation = (store) => {
  let first: Answer | undefined
  return {
    ...boundStore(store),
    async read(request, timeout) {
      const reply = await store.read(request, timeout)
      first ??= reply.answer
      return { ...reply, answer: reply.answer && first && { ...first, time: reply.answer.time } }
    },
    subscribe: () => () => undefined,
  }
}
