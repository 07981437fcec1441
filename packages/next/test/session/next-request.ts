import '../next-environment.ts'
import { createRequire } from 'node:module'
import type { ProxyRequest } from '../../src/session/index.ts'

/** Next.js's own modules: what a server of it makes of a request, and how an action is followed by its page. */
const load = createRequire(import.meta.url)

interface Store {
  phase: string
  readonly mutableCookies: object
}

interface Storage {
  run<T>(store: object, work: () => T): T
}

// What is used of modules that have no types here: those of Next.js change the types of Node.js.
const { createRequestStoreForRender, synchronizeMutableCookies } = load(
  'next/dist/server/async-storage/request-store',
) as {
  createRequestStoreForRender(request: object, response: object, url: object, ...rest: unknown[]): Store
  synchronizeMutableCookies(store: Store): void
}
const { createWorkStore } = load('next/dist/server/async-storage/work-store') as {
  createWorkStore(context: object): object
}
const { workAsyncStorage } = load('next/dist/server/app-render/work-async-storage.external') as {
  workAsyncStorage: Storage
}
const { workUnitAsyncStorage } = load('next/dist/server/app-render/work-unit-async-storage.external') as {
  workUnitAsyncStorage: Storage
}
const { appendMutableCookies } = load('next/dist/server/web/spec-extension/adapters/request-cookies') as {
  appendMutableCookies(headers: Headers, cookies: object): boolean
}
const { after, NextRequest } = load('next/server') as {
  after(task: () => unknown): void
  NextRequest: new (url: string, init: object) => ProxyRequest & { readonly cookies: object }
}
export const { cookies: ownCookies } = load('next/headers') as { cookies(): Promise<{ set(cookie: object): unknown }> }
export const { redirect, notFound, forbidden } = load('next/navigation') as Record<
  'redirect' | 'notFound' | 'forbidden',
  (to?: string) => never
>

export { after }

/** What a browser sends beside its cookies. */
export interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  /** The client router fetches it beforehand. */
  readonly isPrefetch?: boolean
}

/** A request of a page, with an action before it where one was sent. */
export class NextBrowser {
  readonly jar: Map<string, string>

  constructor(jar: Iterable<readonly [string, string]> = []) {
    this.jar = new Map(jar)
  }

  copy(): NextBrowser {
    return new NextBrowser(this.jar)
  }

  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** Renders. */
  async page<T>(render: () => Promise<T>, sent: Sent = {}): Promise<T> {
    const { value } = await this.#ask(sent, async (request) => await request.render(render))
    return value
  }

  /** Runs an action, and renders the page after it as Next.js does where a cookie was set. */
  async act<T, P = undefined>(
    action: () => Promise<T>,
    page?: () => Promise<P>,
    sent: Sent = {},
  ): Promise<Acted<T, P>> {
    const { value, cookies } = await this.#ask(sent, async (request) => {
      const done = await request.act(action)
      return { done, page: page === undefined ? undefined : await request.render(page) }
    })
    return { ...value, cookies }
  }

  /** A route handler that is not wrapped: it may set cookies, too. */
  async route<T>(handler: () => Promise<T>, sent: Sent = {}): Promise<Acted<T, undefined>> {
    const { value, cookies } = await this.#ask(sent, async (request) => ({
      done: await request.act(handler),
      page: undefined,
    }))
    return { ...value, cookies }
  }

  async #ask<T>(
    sent: Sent,
    work: (request: OneRequest) => Promise<T>,
  ): Promise<{ value: T; cookies: readonly string[] }> {
    const { headers = {}, isPrefetch = false } = sent
    const own = { host: 'localhost', 'x-forwarded-proto': 'http', ...(this.jar.size > 0 && { cookie: this.cookie }) }
    const request = new OneRequest({ ...own, ...headers }, isPrefetch)
    try {
      const value = await request.run(async () => await work(request))
      return { value, cookies: this.#take(request.cookies()) }
    } finally {
      this.#take(request.cookies())
      await request.close()
    }
  }

  #take(cookies: readonly string[]): readonly string[] {
    for (const set of cookies) {
      const [pair = '', ...attributes] = set.split('; ')
      const [name = '', value = ''] = pair.split('=', 2)
      if (attributes.includes('Max-Age=0')) this.jar.delete(name)
      else this.jar.set(name, value)
    }
    return cookies
  }
}

/** What came of an action. */
export interface Acted<T, P> {
  readonly done: PromiseSettledResult<T>
  readonly page: P | undefined
  /** The values of `Set-Cookie`. */
  readonly cookies: readonly string[]
}

class OneRequest {
  readonly #store: Store
  readonly #work: object
  readonly #closing: (() => void)[] = []
  readonly #waiting: Promise<unknown>[] = []

  constructor(headers: Readonly<Record<string, string>>, isPrefetch: boolean) {
    const url = { pathname: '/', search: '' }
    this.#store = createRequestStoreForRender({ headers }, { setHeader: () => {} }, url, {}, { tags: [] })
    const renderOpts = {
      ...{ experimental: {}, cacheComponents: false },
      waitUntil: (work: Promise<unknown>) => void this.#waiting.push(work),
      onClose: (listener: () => void) => void this.#closing.push(listener),
    }
    this.#work = createWorkStore({
      ...{ page: '/page', renderOpts, isPrefetchRequest: isPrefetch },
      ...{ buildId: 'build', deploymentId: '', previouslyRevalidatedTags: [] },
    })
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return workAsyncStorage.run(this.#work, async () => await workUnitAsyncStorage.run(this.#store, work))
  }

  async act<T>(action: () => Promise<T>): Promise<PromiseSettledResult<T>> {
    this.#store.phase = 'action'
    const [done] = await Promise.allSettled([action()])
    return done
  }

  /** As Next.js goes from an action to its page. */
  async render<T>(page: () => Promise<T>): Promise<T> {
    if (this.#store.phase === 'action') {
      this.#store.phase = 'render'
      synchronizeMutableCookies(this.#store)
    }
    return await page()
  }

  cookies(): readonly string[] {
    const headers = new Headers()
    appendMutableCookies(headers, this.#store.mutableCookies)
    return headers.getSetCookie()
  }

  /** The answer has left: what `after()` was given runs. */
  async close(): Promise<void> {
    for (const listener of this.#closing) listener()
    await Promise.all(this.#waiting)
  }
}

/** What Next.js renders while an app is built, or for a cache. */
export async function within<T>(unit: object, work: () => Promise<T>): Promise<T> {
  const request = new OneRequest({ host: 'localhost' }, false)
  return await request.run(async () => await workUnitAsyncStorage.run(unit, work))
}

/** What Next.js gives a proxy. */
export function proxyRequest(
  path: string,
  init: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): ProxyRequest {
  return new NextRequest(`http://localhost:3000${path}`, init)
}

/** What a unit of work that is no request has of one. */
export function requestParts(cookie: string): { readonly cookies: object; readonly headers: Headers } {
  const headers = new Headers({ cookie, 'x-forwarded-proto': 'http' })
  return { headers, cookies: new NextRequest('http://localhost/', { headers }).cookies }
}
