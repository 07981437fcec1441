import { type RedisServer, startRedis, type TlsMaterial, tlsMaterial } from '@redstart/testing'
import { describeCacheStore } from '@redstart/testing/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { openStore } from './server.ts'

let material: TlsMaterial
let server: RedisServer
beforeAll(async () => {
  material = await tlsMaterial()
  server = await startRedis({ tls: { ...material, clientCertificates: 'required' }, password: 'p@ss' })
})
afterAll(async () => {
  await server.stop()
  await material.remove()
})

const ours = (): { ca: string; cert: string; key: string } => ({
  ca: material.ca.cert,
  cert: material.client.cert,
  key: material.client.key,
})

describeCacheStore('Redis over TLS with certificates of both sides', async (options) => ({
  backend: redis({ url: server.url, tls: ours(), ...options }),
  // Redis's reply has the seconds first.
  now: async () => Number(((await server.command('TIME')) as string[])[0]) * 1000,
  dispose: async () => {},
}))

/** The message of the first call's error. */
async function refusal(url: string, tls: object | boolean): Promise<string> {
  const { store } = openStore({ url, tls, connectTimeout: 1000 })
  const error: unknown = await store.read({ keys: ['n:k'] }, 2000).catch((reason: unknown) => reason)
  await store.close()
  expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' })
  return String(error)
}

describe('over TLS', () => {
  it('a server is not reached without a certificate where it asks for one, nor without TLS', async () => {
    const { ca } = ours()
    expect(await refusal(server.url, { ca })).toMatch(/certificate required|closed|lost|ECONNRESET/i)
    await refusal(server.url, false)
  })

  it.each([
    ['expired', /expired/],
    ['misnamed', /altnames/],
    ['foreign', /verify|self-signed/],
  ] as const)('a server that shows a certificate which is %s is not trusted', async (which, reason) => {
    await using other = await startRedis({ tls: { ...material, server: material[which] } })
    expect(await refusal(other.url, { ca: material.ca.cert })).toMatch(reason)
    expect(await refusal(other.url, true)).toMatch(/certificate|verify|self-signed/)
  })
})
