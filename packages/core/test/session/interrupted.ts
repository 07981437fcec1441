import type { Backend, SessionStore } from '../../src/index.ts'

/** A backend of which somebody else makes use right before a record of a user is made, once. */
export interface Interrupted {
  readonly backend: Backend
  before: (() => Promise<unknown>) | undefined
}

export function interrupted(backend: Backend): Interrupted {
  const place: Interrupted = {
    before: undefined,
    backend: {
      ...backend,
      sessions(context, options) {
        const store = backend.sessions?.(context, options)
        if (store === undefined) throw new Error('The backend keeps no sessions')
        const create: SessionStore['create'] = async (request, timeout) => {
          const before = request.address.kind === 'user' ? place.before : undefined
          if (before !== undefined) place.before = undefined
          await before?.()
          return await store.create(request, timeout)
        }
        return new Proxy(store, {
          get(target, name) {
            if (name === 'create') return create
            const member: unknown = Reflect.get(target, name)
            const bound: unknown = typeof member === 'function' ? member.bind(target) : member
            return bound
          },
        })
      },
    } satisfies Backend,
  }
  return place
}
