import { getConnInfo } from '@hono/node-server/conninfo'
import type { KeptSession, SessionAdapter, SessionTurn } from '@redstart/testing'
import type { Context, Hono } from 'hono'
import { addressFrom, answerErrors, session } from '../../src/index.ts'
import { give } from '../hono-app.ts'
import { listen, sendFile } from '../node-adapter.ts'

/** Hono with sessions on Node.js, as the suite of sessions sees it. */
export function sessionAdapter(create: () => Hono): SessionAdapter {
  return {
    settlesErrors: true,
    howToTrust: 'tell session() how many proxies there are, { proxies: 1 }',
    start: async ({ redstart, options, trustsProxy, routes }) => {
      const app = create()
      app.use('*', session(redstart, { ...options, address: addressFrom(getConnInfo), proxies: trustsProxy ? 1 : 0 }))
      for (const { method, path, handle } of routes)
        app.on(method, path, async (c) => await give(c, await handle(turnOf(c)), sendFile))
      app.onError(answerErrors((_error, c) => c.text('Internal Server Error', 500)))
      return await listen(app)
    },
  }
}

function turnOf(c: Context): SessionTurn {
  return {
    method: c.req.raw.method,
    query: new URL(c.req.url).searchParams,
    header: (name) => c.req.header(name),
    get session() {
      // What the middleware put there.
      return c.get('session') as KeptSession
    },
    load: async () => {
      const load: unknown = c.get('session')
      if (typeof load !== 'function') return load as KeptSession
      const loaded: unknown = await Reflect.apply(load, c, [])
      if (typeof loaded !== 'object' || loaded === null) throw new TypeError('the session was destroyed')
      return loaded as KeptSession
    },
    unset: () => c.set('session', null),
  }
}
