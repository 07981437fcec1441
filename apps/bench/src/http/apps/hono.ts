import { serve } from '@hono/node-server'
import { cacheResponse } from '@redstart/hono'
import { type Handler, Hono, type MiddlewareHandler } from 'hono'
import { oursFor, TTL } from '../ours.ts'
import { inPieces, page, type Path, type Ready, readyPages } from '../pages.ts'
import { READY, type Stack } from '../stacks.ts'

export async function listenWithHono(stack: Stack, url: string): Promise<number> {
  const app = new Hono()
  const cache = await cacheOf(stack, url)
  for (const path of ['/fast', '/slow', '/stream'] as const) {
    const handler = path === '/stream' ? streams : stack.name === READY ? sendsReady() : makes(path)
    if (cache === undefined) app.get(`${path}/:id`, handler)
    else app.get(`${path}/:id`, cache, handler)
  }
  return await new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port))
    if ('keepAliveTimeout' in server) server.keepAliveTimeout = 0
  })
}

async function cacheOf(stack: Stack, url: string): Promise<MiddlewareHandler | undefined> {
  const redstart = await oursFor(stack, url)
  return redstart === undefined ? undefined : cacheResponse(redstart, { ttl: TTL })
}

function makes(path: Path): Handler {
  return async (c) => c.json(await page(path, c.req.param('id') ?? ''))
}

const streams: Handler = (c) =>
  c.body(ReadableStream.from(inPieces(c.req.param('id') ?? '')), 200, { 'content-type': 'application/json' })

function sendsReady(): Handler {
  const pages = readyPages()
  return (c) => {
    const { bytes, headers } = pages.get(c.req.param('id') ?? '') ?? NOTHING
    return c.body(bytes, 200, headers)
  }
}

const NOTHING: Ready = { bytes: Buffer.alloc(0), headers: {} }
