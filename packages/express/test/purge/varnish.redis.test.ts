import { createRedstart, type Redstart } from '@redstart/core'
import { purgePages, purgeThrough, varnishSink, type VarnishSinkOptions } from '@redstart/core/http'
import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cacheResponse } from '../../src/index.ts'
import { listen } from '../express-app.ts'
import { startVarnish, type Varnish } from './start-varnish.ts'

/** A tag that would be another expression, were it not escaped. */
const ODD = 'crème "x" && req.url ~ .'
const TAGS: Readonly<Record<string, string>> = { '/menu': 'menu', '/dish': 'dish:7', '/odd': ODD }

let server: RedisServer
let varnish: Varnish
let close: () => Promise<void>
let shop: Redstart
let worker: Redstart

beforeAll(async () => {
  server = await startRedis()
  shop = createRedstart({ backend: redis(server.url) })
  worker = createRedstart({ backend: redis(server.url) })
  const app = express()
  let runs = 0
  const tags = (request: { readonly path: string }): readonly string[] => [TAGS[request.path] ?? 'other', 'pages']
  app.use(cacheResponse(shop, { ttl: '1h', browser: '1h', tags, tagHeaders: ['surrogate-key'] }))
  app.get(/.*/, (request, response) => void response.send(`${request.path} ${++runs}`))
  const listening = await listen(app)
  close = listening.close
  varnish = await startVarnish(listening.port)
})

afterAll(async () => {
  await varnish.stop()
  await close()
  await Promise.all([shop.close(), worker.close()])
  await server.stop()
})

async function get(path: string): Promise<string> {
  const response = await fetch(varnish.url + path)
  expect(response.headers.get('surrogate-key')).toBeNull()
  return await response.text()
}

async function pages(): Promise<readonly string[]> {
  return await Promise.all(Object.keys(TAGS).map(get))
}

/** Which pages are others than before, while `change` and all that follows from it happen. */
async function changedBy(change: () => Promise<unknown>, settled: () => Promise<unknown>): Promise<readonly string[]> {
  const before = await pages()
  expect(await pages()).toEqual(before)
  await change()
  await settled()
  const now = await pages()
  return Object.keys(TAGS).filter((_, n) => now[n] !== before[n])
}

describe.each<NonNullable<VarnishSinkOptions['by']>>(['xkey', 'ban'])('Varnish, by %s,', (by) => {
  it('has nothing any more of what was invalidated, and all else', async () => {
    const origins = [varnish.url]
    const purging = purgeThrough(shop, varnishSink({ url: varnish.url, by }), { delay: 0, origins, all: 'pages' })
    const settled = async (): Promise<void> => await purging.idle()
    expect(await changedBy(async () => await shop.invalidate({ tags: ['menu'] }), settled)).toEqual(['/menu'])
    expect(await changedBy(async () => await shop.invalidate({ tags: ['dish', 'men', '.*'] }), settled)).toEqual([])
    expect(await changedBy(async () => await shop.invalidate({ tags: ['dish:7', ODD] }), settled)).toEqual([
      '/dish',
      '/odd',
    ])
    expect(await changedBy(async () => await purgePages(shop, ['/dish']), settled)).toEqual(['/dish'])
    expect(await changedBy(async () => await shop.invalidate({ namespace: 'http' }), settled)).toEqual(
      Object.keys(TAGS),
    )
    await purging.close()
  })
})

it('an instance that serves nothing purges what it invalidates itself, and the page is new everywhere', async () => {
  const purging = purgeThrough(worker, varnishSink({ url: varnish.url }), { delay: 0, again: '10ms' })
  const before = await get('/menu')
  await worker.invalidate({ tags: ['menu'] })
  await expect.poll(async () => await get('/menu')).not.toBe(before)
  await purging.close()
})
