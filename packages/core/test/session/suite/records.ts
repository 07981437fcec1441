import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Backend, LoadedRecord } from '../../../src/index.ts'
import { at, type Browser, closeAll, keepSecret, openInstance, type Opened, times } from '../browser.ts'
import { tampered, type Tampered } from '../tampering.ts'

const CANARY = 'canary-of-another-user'

/** What becomes of cookies and records that somebody else has made, or changed. */
export function recordTests(backend: () => Backend): void {
  afterAll(closeAll)

  interface Users {
    readonly place: Tampered
    readonly opened: Opened
    readonly mine: Browser
    readonly other: Browser
  }

  async function twoUsers(): Promise<Users> {
    const place = tampered(backend())
    const opened = openInstance(place)
    const [mine, other] = [opened.browser(), opened.browser()]
    await mine.login('me')
    await mine.request((session) => void Object.assign(session, { a: 'a of mine', b: 'b of mine' }))
    await other.login('other')
    await other.request((session) => void Object.assign(session, { a: CANARY, b: CANARY }))
    keepSecret(CANARY)
    return { place, opened, mine, other }
  }

  async function recordOf({ place }: Users, browser: Browser): Promise<LoadedRecord> {
    await browser.userId()
    if (place.last === undefined) throw new Error('Nothing was loaded')
    return place.last
  }

  describe('a cookie that was changed', () => {
    it("is a stranger's, whatever was done to it", async () => {
      const { opened, mine, other } = await twoUsers()
      const good = mine.cookie ?? ''
      const visitor = opened.browser()
      await visitor.request((session) => (session['a'] = 1))
      const parts = good.split('.')
      const swapped = times(parts.length, (n) =>
        parts.map((part, m) => (m === n ? (other.cookie ?? '').split('.')[m] : part)).join('.'),
      )
      const cookie = fc
        .oneof(
          fc.nat({ max: good.length - 1 }).map((length) => good.slice(0, length)),
          fc.string({ minLength: 1 }).map((more) => good + more),
          fc.nat({ max: 5000 }).map((length) => good + 'x'.repeat(length)),
          fc
            .tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 127 }))
            .map(([n, bits]) => good.slice(0, n) + String.fromCharCode(good.charCodeAt(n) ^ bits) + good.slice(n + 1)),
          fc.shuffledSubarray(parts, { minLength: 1, maxLength: parts.length }).map((some) => some.join('.')),
          fc.constantFrom(
            ...swapped,
            ...[visitor.cookie ?? ''].map((text) => text.replace('a1.', `u1.${parts[1]}.`)),
            good.replace('u1', 'a1'),
            good.replace('u1', 'u2'),
            ` ${good}`,
            `${good}\n`,
            good.toUpperCase(),
            encodeURIComponent(good).replaceAll('.', '%2E'),
          ),
          fc.string(),
          fc.uint8Array({ minLength: 57, maxLength: 69 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
        )
        .filter((text) => text !== good)
      await fc.assert(
        fc.asyncProperty(cookie, async (text) => {
          const browser = opened.browser()
          browser.cookie = text
          const answer = await browser.send((session) => [session.userId, Object.keys(session)])
          expect(answer).toEqual({ value: [undefined, []], userId: undefined, refused: undefined, cookie: undefined })
        }),
        { numRuns: 400 },
      )
      expect([await mine.userId(), await other.userId()]).toEqual(['me', 'other'])
    })

    it('of two that are good none counts', async () => {
      const { opened, mine, other } = await twoUsers()
      const cookies = [mine.cookie ?? '', other.cookie ?? '']
      expect((await opened.sessions.open(cookies, {})).session?.userId).toBeUndefined()
      expect(
        (await opened.sessions.open([...cookies.slice(0, 1), 'garbage', ...cookies.slice(0, 1)], {})).session?.userId,
      ).toBe('me')
    })

    it('that is a copy of one replaced long ago raises one alarm, and the rest is counted', async () => {
      const opened = openInstance(backend(), { sessions: { grace: 1 } })
      const browser = opened.browser()
      await browser.login(1)
      const copy = browser.copy()
      for (const _ of [1, 2]) {
        await browser.request(async (session) => await session.rotate())
        await browser.userId()
      }
      await expect.poll(async () => (await copy.send(({ userId }) => userId)).refused).toBe('reuse')
      for (const n of times(50, (each) => each)) await copy.send((session) => (session['lost'] = n))
      const of = (type: 'session.reuse' | 'session.lost'): number => opened.of(type).length
      expect([of('session.reuse'), of('session.lost')]).toEqual([1, 1])
      await opened.close()
      const counted = new Map(opened.of('session.refused').map(({ reason, count }) => [reason, count]))
      expect(counted.get('reuse')).toBeGreaterThanOrEqual(50)
      expect(counted.get('lost')).toBe(49)
    })

    it('is counted, and told once a minute', async () => {
      const { opened, mine } = await twoUsers()
      for (const cookie of [
        'x',
        `${(mine.cookie ?? '').slice(0, -1)}!`,
        (mine.cookie ?? '').replace(/.{12}$/, 'AAAAAAAAAAAA'),
      ])
        await opened.sessions.open([cookie], {})
      expect(opened.of('session.refused')).toEqual([])
      await opened.close()
      expect(opened.of('session.refused').map(({ reason, count }) => [reason, count])).toEqual([
        ['malformed', 2],
        ['forged', 1],
      ])
    })
  })

  describe('a record that was changed', () => {
    const flip = (bytes: Uint8Array, n: number): Uint8Array => {
      const copy = new Uint8Array(bytes)
      copy[n % copy.length] = (copy[n % copy.length] ?? 0) ^ (1 << (n % 8))
      return copy
    }
    const field = (record: LoadedRecord, name: string): Uint8Array => record.fields.get(name) ?? new Uint8Array()
    const withFields = (record: LoadedRecord, ...fields: [string, Uint8Array][]): LoadedRecord => ({
      ...record,
      fields: new Map([...record.fields, ...fields]),
    })

    it("is nobody's where its core is not what was sealed for it", async () => {
      const users = await twoUsers()
      const { place, opened, mine, other } = users
      const [own, theirs] = [await recordOf(users, mine), await recordOf(users, other)]
      const cores = [
        theirs.core,
        field(own, 'a'),
        new Uint8Array(),
        new Uint8Array(36),
        randomBytes(200),
        own.core.subarray(1),
        own.core.subarray(0, -1),
        ...times(300, (n) => flip(own.core, n)),
      ]
      for (const core of cores) {
        place.tamper = (record) => ({ ...record, core })
        expect(await mine.send((session) => [session.userId, Object.keys(session)])).toMatchObject({
          value: [undefined, []],
          refused: 'damaged',
        })
      }
      expect(opened.of('session.damaged')).toHaveLength(cores.length)
      place.tamper = undefined
      expect(await mine.userId()).toBe('me')
    })

    it('loses a field that is not what was sealed for it, and no other', async () => {
      const users = await twoUsers()
      const { place, opened, mine, other } = users
      const [own, theirs] = [await recordOf(users, mine), await recordOf(users, other)]
      const bad = [
        field(theirs, 'a'),
        field(own, 'b'),
        own.core,
        new Uint8Array(),
        randomBytes(100),
        field(own, 'a').subarray(0, -1),
        ...times(200, (n) => flip(field(own, 'a'), n)),
      ]
      for (const bytes of bad) {
        place.tamper = (record) => withFields(record, ['a', bytes])
        const answer = await mine.send((session) => [session.userId, session['a'], session['b'], Object.keys(session)])
        expect(answer).toMatchObject({ value: ['me', undefined, 'b of mine', ['b']], refused: undefined })
      }
      expect(opened.of('session.damaged').every(({ field: name }) => name === 'a')).toBe(true)
      place.tamper = (record) =>
        withFields(
          record,
          ['', field(own, 'a')],
          ['login', field(own, 'a')],
          ['__proto__', field(own, 'a')],
          [':flash', field(own, 'a')],
          ['x\0', field(own, 'a')],
        )
      const odd = await mine.send((session) => [
        typeof session.login,
        session.userId,
        session.takeFlash('info'),
        Object.getPrototypeOf(session) as unknown,
      ])
      const whole = await opened.browser().send((session): unknown => Object.getPrototypeOf(session))
      expect(odd.value).toEqual(['function', 'me', [], whole.value])
    })

    it('has no field that nobody sealed for it, not even before that is read', async () => {
      const users = await twoUsers()
      const { place, opened, mine, other } = users
      const [own, theirs] = [await recordOf(users, mine), await recordOf(users, other)]
      for (const bytes of [randomBytes(80), field(own, 'a'), field(theirs, 'a'), flip(field(own, 'a'), 300)]) {
        place.tamper = (record) => withFields(record, ['admin', bytes])
        const told = opened.of('session.damaged').length
        const { value } = await mine.send(async (session) => {
          const seen = ['admin' in session, Object.hasOwn(session, 'admin'), new Set(Object.keys(session))]
          await session.reload()
          return [...seen, 'admin' in session, Object.fromEntries(Object.entries(session))]
        })
        const rest = { a: 'a of mine', b: 'b of mine' }
        expect(value).toEqual([false, false, new Set(['a', 'b']), false, rest])
        expect(opened.of('session.damaged').length - told).toBe(2)
      }
      // Who looks at nothing of the session pays nothing for it.
      const before = opened.of('session.damaged').length
      const request = await opened.sessions.open([mine.cookie ?? ''], {})
      expect(request.pending).toBe(false)
      expect(opened.of('session.damaged')).toHaveLength(before)
      // It is replaced like one that is not there.
      await mine.request((session) => (session['admin'] = 'mine'))
      place.tamper = undefined
      expect(await mine.read('admin')).toBe('mine')
    })

    it('ends when it was meant to, and where it cannot be read tells nothing of it', async () => {
      const users = await twoUsers()
      const { place, mine } = users
      for (const change of [
        { absolute: 8e15 },
        { idle: 8e15 },
        { created: 0 },
        { touched: -1 },
        { rotated: Number.NaN },
        { next: randomBytes(80) },
        { next: new Uint8Array() },
      ]) {
        place.tamper = (record) => ({ ...record, ...change })
        const answer = await mine.send((session) => session.userId)
        expect([answer.value, answer.cookie]).toEqual(['me', undefined])
      }
      place.tamper = (record) => ({ ...record, absolute: 8e15, now: record.now + 25 * 3_600_000 })
      expect(await mine.send((session) => session.userId)).toMatchObject({ value: undefined, refused: 'expired' })
    })

    it('cannot be told by another record of the same user', async () => {
      const users = await twoUsers()
      const { place, opened, mine } = users
      const second = opened.browser()
      await second.login('me')
      const own = await recordOf(users, mine)
      place.tamper = (record) => ({ ...record, core: own.core, fields: own.fields })
      expect(await second.send((session) => session.userId)).toMatchObject({ value: undefined, refused: 'damaged' })
      place.tamper = (record) => ({ ...record, fields: own.fields })
      expect((await second.send((session) => [session['a'], session['b']])).value).toEqual([undefined, undefined])
      expect(at(await opened.sessions.user('me').list(), 0).device.kind).toBe('other')
    })
  })
}
