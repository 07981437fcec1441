import type { Backend, LoadedRecord, SessionStore } from '../../src/index.ts'

/** Changes what a store says it has: as if somebody had written to it. */
export interface Tampered extends Backend {
  /** What is made of each record that is loaded; undefined leaves it as it is. */
  tamper: ((record: LoadedRecord) => LoadedRecord) | undefined
  /** The record that was loaded last, as it was. */
  readonly last: LoadedRecord | undefined
}

export function tampered(backend: Backend): Tampered {
  let last: LoadedRecord | undefined
  const whole: Tampered = {
    name: backend.name,
    cache: backend.cache,
    sessions(context, options) {
      const store = backend.sessions?.(context, options)
      if (store === undefined) throw new Error('The backend keeps no sessions')
      const load: SessionStore['load'] = async (request, timeout) => {
        const reply = await store.load(request, timeout)
        if (reply.kind !== 'loaded') return reply
        last = reply
        return whole.tamper?.(reply) ?? reply
      }
      return new Proxy(store, {
        get(target, name) {
          if (name === 'load') return load
          const member: unknown = Reflect.get(target, name)
          const bound: unknown = typeof member === 'function' ? member.bind(target) : member
          return bound
        },
      })
    },
    tamper: undefined,
    get last() {
      return last
    },
  }
  return whole
}
