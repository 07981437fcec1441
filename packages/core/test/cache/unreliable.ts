import { type Backend, RedstartError } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'

/** Memory that can be made to fail as a backend does that nobody can reach. */
export function unreliable(): { readonly backend: Backend; away: boolean } {
  const inner = memory()
  const control = {
    away: false,
    backend: {
      name: 'unreliable',
      cache(context): ReturnType<Backend['cache']> {
        const store = inner.cache(context)
        const unreachable = (): never => {
          throw new RedstartError('STORE_UNAVAILABLE', 'nobody is there')
        }
        return new Proxy(store, {
          get(target, name) {
            const member: unknown = Reflect.get(target, name)
            if (typeof member !== 'function') return member
            const call = member.bind(target) as (...args: unknown[]) => unknown // as it was there
            if (!['read', 'write', 'invalidate', 'touch'].includes(String(name))) return call
            return async (...args: unknown[]) => (control.away ? unreachable() : call(...args))
          },
        })
      },
    } satisfies Backend,
  }
  return control
}
