import { randomBytes } from 'node:crypto'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createRedstart, type Redstart } from '../../../src/index.ts'
import { type AuditStream, auditStream, type AuditStreamOptions } from '../../../src/redis/index.ts'
import { documentedAuditRights, entriesOf, filled, signInAndOut } from './trail.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

function newKey(): string {
  return `shop${randomBytes(4).toString('hex')}:audit`
}

interface Opened {
  readonly audit: AuditStream
  readonly redstart: Redstart
  readonly key: string
}

function opening(options: AuditStreamOptions = {}, url: string = server.url): Opened {
  const key = options.key ?? newKey()
  const audit = auditStream(url, { key, ...options })
  const redstart = createRedstart()
  redstart.events.subscribe(audit.record)
  onTestFinished(async () => {
    await redstart.close()
    await audit.close()
  })
  return { audit, redstart, key }
}

describe('a trail in a stream', () => {
  it('has what happened to sessions, in order, and no secret', async () => {
    const { audit, redstart, key } = opening()
    const { secrets, sids } = await signInAndOut(redstart)
    await filled(audit, 3)
    const entries = await entriesOf(server, key)
    expect(entries.map(({ type, sid, userId, reason }) => [type, sid, userId, reason])).toEqual([
      ['session.created', sids[0], undefined, 'anonymous'],
      ['session.created', sids[1], 'ada', 'login'],
      ['session.ended', sids[1], 'ada', 'revoked'],
    ])
    expect(new Set(entries.map(({ id }) => id)).size).toBe(3)
    for (const secret of secrets) expect(JSON.stringify(entries)).not.toContain(secret)
    const ttl = Number(await server.command('PTTL', key))
    expect(ttl).toBeGreaterThan(89 * 86_400_000)
    expect(audit.counts).toEqual({ written: 3, waiting: 0, dropped: 0 })
  })

  it('is about as long as it may be, and writes users as it is told to', async () => {
    const { audit, redstart, key } = opening({
      maxLength: 100,
      ttl: '1h',
      userId: (id) => (id === '1' ? 'one' : undefined),
    })
    const told = { type: 'session.created', namespace: 'session', sid: 's', reason: 'login' } as const
    for (let n = 0; n < 1000; n += 1) audit.record({ ...told, userId: String(n % 2) })
    audit.record({ type: 'session.rejected', namespace: 'session', sid: 's', field: 'a', issues: ['no "b"', 'c'] })
    // Of others nothing is kept.
    await redstart.cache.getOrSet('a', () => 1)
    await filled(audit, 1001)
    const entries = await entriesOf(server, key)
    expect(entries.length).toBeGreaterThanOrEqual(100)
    expect(entries.length).toBeLessThan(400)
    expect(new Set(entries.slice(0, -1).map(({ userId }) => userId))).toEqual(new Set([undefined, 'one']))
    expect(entries.at(-1)).toMatchObject({ type: 'session.rejected', issues: '["no \\"b\\"","c"]' })
    expect(Number(await server.command('PTTL', key))).toBeLessThanOrEqual(3_600_000)
  })

  it('holds up nobody while Redis does not answer, and has it all afterwards', async () => {
    await using slow = await startRedis()
    const errors: unknown[] = []
    const { audit, redstart, key } = opening({ deadline: 1000, onError: (error) => errors.push(error) }, slow.url)
    await signInAndOut(redstart)
    await filled(audit, 3)
    slow.pause()
    await Promise.all(Array.from({ length: 20 }, async () => await signInAndOut(redstart)))
    // Nothing of it waited: the deadline may be over by now, or not.
    expect(audit.counts).toEqual({ written: 3, waiting: 60, dropped: 0 })
    await expect.poll(() => errors.length).toBe(1)
    slow.resume()
    await filled(audit, 63)
    const entries = await entriesOf(slow, key)
    // Those whose writing was not confirmed may be there twice, and none is missing.
    expect(new Set(entries.map(({ id }) => id)).size).toBe(63)
    expect(errors).toMatchObject([{ code: 'STORE_TIMEOUT' }])
  })

  it('drops what there is no room for, and counts it', async () => {
    const { audit } = opening({ maxWaiting: 10, deadline: 50 }, 'redis://127.0.0.1:1')
    const told = { type: 'session.reuse', namespace: 'session', sid: 's' } as const
    for (let n = 0; n < 25; n += 1) audit.record(told)
    expect(audit.counts).toEqual({ written: 0, waiting: 10, dropped: 15 })
    await audit.close()
    audit.record(told)
    expect(audit.counts).toEqual({ written: 0, waiting: 0, dropped: 26 })
  })

  it('tells of what stands in its way once, and harms nobody', async () => {
    const errors: unknown[] = []
    const key = newKey()
    await server.command('SET', key, 'none')
    const onError = (error: unknown): never => {
      errors.push(error)
      throw new Error('and this fails as well')
    }
    const { audit, redstart } = opening({ key, onError })
    await signInAndOut(redstart)
    await expect.poll(() => errors.length).toBe(1)
    await signInAndOut(redstart)
    expect(errors).toMatchObject([{ code: 'STORE_FAILED' }])
    await server.command('DEL', key)
    await filled(audit, 6)
  })

  it('has an event whose user cannot be written', async () => {
    const { audit, redstart, key } = opening({
      userId: () => {
        throw new Error('no')
      },
    })
    await signInAndOut(redstart)
    await filled(audit, 3)
    expect((await entriesOf(server, key)).map(({ userId }) => userId)).toEqual([undefined, undefined, undefined])
  })

  it('is written before it is closed', async () => {
    const { audit, redstart, key } = opening()
    await signInAndOut(redstart)
    await audit.close()
    expect([audit.counts.written, (await entriesOf(server, key)).length]).toEqual([3, 3])
  })

  it('needs the rights that the documentation says, and none beside them', async () => {
    const [key, password] = [newKey(), 'secret']
    const rights = documentedAuditRights(key)
    const user = async (name: string, ...less: readonly string[]): Promise<string> => {
      await server.command('ACL', 'SETUSER', name, 'on', `>${password}`, ...rights, ...less)
      return `redis://${name}:${password}@${server.host}:${server.port}`
    }
    const whole = opening({ key }, await user('auditor'))
    await signInAndOut(whole.redstart)
    await filled(whole.audit, 3)
    for (const right of rights.filter((each) => each.startsWith('+'))) {
      const { audit, redstart } = opening(
        { key, deadline: 300 },
        await user(`less${right.slice(1)}`, `-${right.slice(1)}`),
      )
      await signInAndOut(redstart)
      await audit.close()
      expect([right, audit.counts]).toEqual([right, { written: 0, waiting: 0, dropped: 3 }])
    }
  })

  it.each([
    [{ maxLenght: 5 }, 'did you mean maxLength?'],
    [{ key: '' }, 'the name of a stream'],
    [{ maxLength: 0 }, 'maxLength'],
    [{ ttl: 'soon' }, 'ttl'],
    [{ userId: 1 }, 'a function'],
    [null, 'an object'],
  ])('refuses options that are none: %j', (options, message) => {
    const open = (): unknown => Reflect.apply(auditStream, undefined, [server.url, options])
    expect(open).toThrow(message)
  })
})
