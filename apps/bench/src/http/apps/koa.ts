import { Readable } from 'node:stream'
import { cacheResponse } from '@redstart/koa'
import Koa, { type Context, type Middleware } from 'koa'
import koaCash from 'koa-cash'
import { LRUCache } from 'lru-cache'
import { oursFor, TTL } from '../ours.ts'
import { inPieces, page, type Path, readyPages } from '../pages.ts'
import { portOf } from '../../port-of.ts'
import { PEERS, READY, type Stack } from '../stacks.ts'

export async function listenWithKoa(stack: Stack, url: string): Promise<number> {
  const app = new Koa()
  const cache = await cacheOf(stack, url)
  if (cache !== undefined) app.use(cache)
  app.use(stack.name === READY ? sendsReady() : stack.name === PEERS.Koa ? cashes() : makes())
  return await portOf((ready) => app.listen(0, '127.0.0.1', ready))
}

/** As its documentation sets it up, with the store that it names. */
async function cacheOf(stack: Stack, url: string): Promise<Middleware | undefined> {
  const redstart = await oursFor(stack, url)
  if (redstart !== undefined) return cacheResponse(redstart, { ttl: TTL })
  if (stack.name !== PEERS.Koa) return undefined
  const cache = new LRUCache<string, object>({ max: 1000, ttl: 3_600_000 })
  return koaCash({
    get: async (key) => cache.get(key),
    // What it stores is an object.
    set: async (key, value) => void cache.set(key, value as object),
  })
}

async function makePage(context: Context): Promise<void> {
  const [, path = '', id = ''] = context.path.split('/')
  if (path === 'stream') {
    context.type = 'json'
    context.body = Readable.from(inPieces(id))
    return
  }
  context.body = await page(`/${path}` as Path, id) // Nothing else is asked for.
}

function makes(): Middleware {
  return makePage
}

/** Whoever has koa-cash asks for what it has at the beginning of a handler. */
function cashes(): Middleware {
  return async (context) => {
    if (!(await context.cashed())) await makePage(context)
  }
}

function sendsReady(): Middleware {
  const pages = readyPages()
  return (context) => {
    const ready = pages.get(context.path.slice(6))
    context.set(ready?.headers ?? {})
    context.body = ready?.bytes
  }
}
