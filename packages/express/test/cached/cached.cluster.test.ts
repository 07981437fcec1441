import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createRedstart, type Redstart } from '@redstart/core'
import { purgePages } from '@redstart/core/http'
import { redis } from '@redstart/core/redis'
import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import express from 'express'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { cacheResponse, cacheTags } from '../../src/index.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster()
})
afterAll(async () => await cluster.stop())

interface Shop {
  readonly redstart: Redstart
  /** The body of a page in a language. */
  ask(page: string, language: string): Promise<string>
}

let runs = 0

async function opened(): Promise<Shop> {
  const backend = redis({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) })
  const redstart = createRedstart({ backend, app: 'shop', deadline: '5s' })
  const app = express()
  app.get('/:page', cacheResponse(redstart, { ttl: '1h', hosts: ['shop.example'] }), (request, response) => {
    runs += 1
    cacheTags(request, `page:${String(request.params['page'])}`)
    response.vary('Accept-Language').send(`${request.path} in ${request.get('accept-language') ?? ''}, run ${runs}`)
  })
  const server = app.set('trust proxy', true).listen(0, '127.0.0.1')
  onTestFinished(async () => {
    server.close()
    await redstart.close()
  })
  await once(server, 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port
  return {
    redstart,
    async ask(page, language) {
      const headers = { 'accept-language': language, 'x-forwarded-host': 'shop.example' }
      return await (await fetch(`${base}/${page}`, { headers })).text()
    },
  }
}

it('pages and their variants, on whichever node, are shared, and dropped by tag and by URL', async () => {
  const [one, other] = [await opened(), await opened()]
  const pages = Array.from({ length: 12 }, (_, n) => `dish-${n}`)
  const askAll = async ({ ask }: Shop): Promise<readonly string[]> =>
    await Promise.all(pages.flatMap((page) => ['de', 'en'].map(async (language) => await ask(page, language))))
  // The first to come learns that there are variants; then each is there.
  await askAll(one)
  const first = await askAll(one)
  // Answers do not wait for Redis to have them: two variants of each page, and the list of what tells them apart.
  await expect.poll(async () => await keysOf(one), { timeout: 10_000 }).toBe(3 * pages.length)
  expect(await askAll(other)).toEqual(first)
  await one.redstart.invalidate({ tags: ['page:dish-3'] }, { require: 'all' })
  await purgePages(one.redstart, ['/dish-5'], { host: 'shop.example', hosts: ['shop.example'] })
  await expect.poll(async () => await other.ask('dish-5', 'de')).not.toBe(first[10])
  const later = await askAll(other)
  const changed = pages.filter((_, n) => later[2 * n] !== first[2 * n] && later[2 * n + 1] !== first[2 * n + 1])
  expect(changed).toEqual(['dish-3', 'dish-5'])
  expect(later.filter((body, n) => body !== first[n])).toHaveLength(4)
})

async function keysOf({ redstart }: Shop): Promise<number> {
  let count = 0
  for await (const _ of redstart.cache.keys()) count += 1
  return count
}
