import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect, type ConnectionOptions } from 'node:tls'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Certificate, faultProxy, startRedis, type TlsMaterial, tlsMaterial } from '../src/index.ts'

let material: TlsMaterial
beforeAll(async () => {
  material = await tlsMaterial()
})
afterAll(async () => await material.remove())

/** Connects as it is told, and resolves with the reply to PING or the code of the failure. */
async function ping(url: string, tls: ConnectionOptions): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), ca: material.ca.cert, ...tls })
  try {
    socket.write('PING\r\n')
    const [bytes] = (await Promise.race([once(socket, 'data'), once(socket, 'end').then(() => ['ended'])])) as [Buffer]
    return String(bytes)
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  } finally {
    socket.destroy()
  }
}

const shown = ({ cert, key }: Certificate): ConnectionOptions => ({ cert, key })

describe('the certificates', () => {
  it('are signed by the one CA or by the other, with keys of their own, for the hosts and the time they say', () => {
    const { ca, server, client, expired, misnamed, foreign, foreignCa } = material
    const ours = new X509Certificate(ca.cert)
    const theirs = new X509Certificate(foreignCa.cert)
    for (const each of [ca, server, client, expired, misnamed]) {
      const certificate = new X509Certificate(each.cert)
      expect([certificate.verify(ours.publicKey), certificate.checkIssued(ours)]).toEqual([true, true])
      expect(certificate.checkPrivateKey(createPrivateKey(each.key))).toBe(true)
      expect([certificate.verify(theirs.publicKey), certificate.checkIssued(theirs)]).toEqual([false, false])
    }
    expect(new X509Certificate(foreign.cert).verify(theirs.publicKey)).toBe(true)
    expect([ours.ca, new X509Certificate(server.cert).ca]).toEqual([true, false])
    const ofServer = new X509Certificate(server.cert)
    expect(ofServer.checkHost('localhost')).toBe('localhost')
    expect([ofServer.checkIP('127.0.0.1'), ofServer.checkIP('::1')]).toEqual(['127.0.0.1', '::1'])
    expect(ofServer.checkHost('elsewhere.test')).toBeUndefined()
    expect(new X509Certificate(misnamed.cert).checkHost('elsewhere.test')).toBe('elsewhere.test')
    expect(Date.parse(ofServer.validTo)).toBeGreaterThan(Date.now() + 86_400_000)
    expect(Date.parse(new X509Certificate(expired.cert).validTo)).toBe(Date.UTC(2020, 11, 31, 23, 59, 59))
    const serials = [ca, server, client, expired, foreign].map(({ cert }) => new X509Certificate(cert).serialNumber)
    expect(new Set(serials).size).toBe(5)
  })

  it('are in files as long as they are needed', async () => {
    const other = await tlsMaterial()
    expect(readFileSync(other.server.certFile, 'utf8')).toBe(other.server.cert)
    expect(readFileSync(other.client.keyFile, 'utf8')).toBe(other.client.key)
    expect(other.ca.cert).not.toBe(material.ca.cert)
    await other.remove()
    await other.remove()
    expect(existsSync(other.folder)).toBe(false)
  })
})

describe('a Redis with TLS', () => {
  it('speaks nothing else, and answers clients that trust the CA', async () => {
    await using redis = await startRedis({ tls: material, password: 'p@ss' })
    expect(redis.url).toBe(`rediss://:p%40ss@127.0.0.1:${redis.port}`)
    expect(await redis.command('CONFIG', 'GET', 'port')).toEqual(['port', '0'])
    const client = new Redis(redis.url, { tls: { ca: material.ca.cert } })
    expect(await client.set('k', 'v')).toBe('OK')
    client.disconnect()
    expect(await ping(redis.url, { ca: material.foreignCa.cert })).toMatch(
      /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY)/,
    )
    await redis.restart()
    expect(await redis.command('DBSIZE')).toBe(0)
  })

  it('asks for a certificate of the CA where that is required', async () => {
    await using redis = await startRedis({ tls: { ...material, clientCertificates: 'required' } })
    expect(await ping(redis.url, shown(material.client))).toBe('+PONG\r\n')
    expect(await ping(redis.url, {})).toMatch(/CERTIFICATE_REQUIRED$/)
    expect(await ping(redis.url, shown(material.foreign))).toMatch(/UNKNOWN_CA$/)
    expect(await ping(redis.url, shown(material.expired))).toMatch(/EXPIRED$/)
  })

  it.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['misnamed', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['foreign', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const)('can show one that is %s', async (which, code) => {
    await using redis = await startRedis({ tls: { ...material, server: material[which] } })
    expect(await redis.command('PING')).toBe('PONG')
    expect(await ping(redis.url, {})).toBe(code)
  })

  it('is reached through the proxy as it is, and a corrupt byte breaks the connection', async () => {
    await using redis = await startRedis({ tls: material })
    await using proxy = await faultProxy(redis.url)
    expect(await ping(proxy.url, {})).toBe('+PONG\r\n')
    proxy.set({ toClient: { corrupt: { every: 200 } } })
    expect(await ping(proxy.url, {})).not.toContain('PONG')
  })
})
