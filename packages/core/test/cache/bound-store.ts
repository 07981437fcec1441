import type { CacheStore } from '@redstart/core'

/** A store's methods as an object of its own: they may be replaced one by one. */
export function boundStore(store: CacheStore): CacheStore {
  return {
    read: (request: Parameters<CacheStore['read']>[0], timeout: number) => store.read(request, timeout),
    write: (request, timeout) => store.write(request, timeout),
    touch: (request, timeout) => store.touch(request, timeout),
    claim: (request, timeout) => store.claim(request, timeout),
    release: (request, timeout) => store.release(request, timeout),
    invalidate: (request, timeout) => store.invalidate(request, timeout),
    scan: (request, timeout) => store.scan(request, timeout),
    remove: (paths, timeout) => store.remove(paths, timeout),
    subscribe: (listener) => store.subscribe(listener),
    close: () => store.close(),
  }
}
