import { setTimeout as wait } from 'node:timers/promises'
import { type RedisCluster, type RedisServer, startRedisCluster } from '@redstart/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { closeAll, codeOf, openInstance, type Opened } from './browser.ts'
import { sessionTests } from './suite/sessions.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ nodeTimeout: 30_000 })
})
afterAll(async () => await cluster.stop())

function backend(): Backend {
  return redis({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })), breaker: { failures: 1000 } })
}

describe('sessions in a Redis Cluster', () => {
  sessionTests(() => redis({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) }))
})

describe('a Redis Cluster that was away, or has lost something', () => {
  afterEach(closeAll)

  it('lets nobody in by a record whose index is lost', async () => {
    const opened = openInstance(backend())
    const browser = opened.browser()
    await browser.login('u')
    const indexes = await keysOf(opened, ':u:')
    expect(indexes).toHaveLength(1)
    for (const { node, key } of indexes) await node.command('DEL', key)
    expect(await browser.send((session) => session.userId)).toMatchObject({ value: undefined, refused: 'revoked' })
  })

  it('does nothing with a save that comes after its time', async () => {
    const opened = openInstance(backend(), { sessions: { deadline: 800 } })
    const browser = opened.browser()
    await browser.login('u')
    await browser.request((session) => (session['a'] = 'before'))
    const request = await opened.sessions.open([browser.cookie ?? ''], {})
    Object.assign(request.session ?? {}, { a: 'late' })
    const [record] = await keysOf(opened, ':s:')
    record?.node.pause()
    try {
      expect(await codeOf(request.commit())).toBe('STORE_TIMEOUT')
      await wait(50)
    } finally {
      record?.node.resume()
    }
    expect(await browser.read('a')).toBe('before')
  })
})

/** Where the keys of an instance are whose names have a part. */
async function keysOf(
  { app }: Opened,
  part: string,
): Promise<readonly { readonly node: RedisServer; readonly key: string }[]> {
  const found = await Promise.all(
    cluster.nodes.map(async (node) => {
      const keys = (await node.command('KEYS', `*${app}*`)) as readonly string[]
      return keys.filter((key) => `${key}:`.includes(part)).map((key) => ({ node, key }))
    }),
  )
  return found.flat()
}
