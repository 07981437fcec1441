import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { relative } from 'node:path'
import { cwd } from 'node:process'
import { createAdaptorServer } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { serveStatic } from '@hono/node-server/serve-static'
import type { HttpAdapter, StartedHttpApp } from '@redstart/testing'
import { Hono } from 'hono'
import { Hono as LowestHono } from 'hono-lowest'
import { addressFrom } from '../src/index.ts'
import { conformanceApp, type ConformanceAppParts, type OwnContext } from './hono-app.ts'

/** The versions that the peer range promises, lowest and newest. */
export const HONOS = {
  // What is used of it is the same.
  'hono-lowest': (): Hono => new LowestHono() as object as Hono,
  hono: (): Hono => new Hono(),
} as const

export type HonoName = keyof typeof HONOS

/** @param policies in the place of ours. */
export function nodeAdapter(create: () => Hono, policies?: ConformanceAppParts['policies']): HttpAdapter {
  return {
    settlesErrors: true,
    start: async (app) =>
      await listen(
        conformanceApp({
          hono: create(),
          app,
          ...(policies && { policies }),
          options: { address: addressFrom(getConnInfo) },
          sendFile,
        }),
      ),
  }
}

/** As people on Node.js send one. */
export async function sendFile(c: OwnContext, path: string): Promise<Response> {
  const send = serveStatic({ path: relative(cwd(), path) })
  return (await send(c, async () => {})) ?? c.notFound()
}

/** Has an app listen, by the server that Hono has for Node.js. */
export async function listen(app: { readonly fetch: Hono['fetch'] }): Promise<StartedHttpApp> {
  // Its host is for requests without one.
  const server = createAdaptorServer({ fetch: app.fetch, hostname: '127.0.0.1' })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
    },
  }
}
