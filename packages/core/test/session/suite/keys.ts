import { afterAll, describe, expect, it } from 'vitest'
import type { Backend, ListedRecord, SessionStore } from '../../../src/index.ts'
import { at, type Browser, closeAll, codeOf, key, openInstance, times } from '../browser.ts'

/** A backend whose lists of records somebody changes. */
function relisted(backend: Backend, change: (record: ListedRecord, tag: string) => ListedRecord): Backend {
  return {
    ...backend,
    sessions(context, options) {
      const store = backend.sessions?.(context, options)
      if (store === undefined) throw new Error('The backend keeps no sessions')
      const list: SessionStore['list'] = async (tag, timeout) =>
        (await store.list(tag, timeout)).map((record) => change(record, tag))
      return new Proxy(store, {
        get(target, name) {
          if (name === 'list') return list
          const member: unknown = Reflect.get(target, name)
          const bound: unknown = typeof member === 'function' ? member.bind(target) : member
          return bound
        },
      })
    },
  }
}

/** What holds of sessions while sealing keys are rolled, and processes with the old and the new ones run side by side. */
export function keyTests(backend: () => Backend): void {
  afterAll(closeAll)

  describe('keys that are rolled', () => {
    it('under load lose nobody, hide nobody, and end with a key exactly its sessions', async () => {
      const place = backend()
      const first = openInstance(place, { keys: [key(1)] })
      const { app } = first
      const fleet = (...keys: readonly number[]): ReturnType<typeof openInstance> =>
        openInstance(place, { app, keys: keys.map(key), sessions: { rotateEvery: 1, touchAfter: 0 } })
      const stages = [
        [first, fleet(1, 2)],
        [fleet(1, 2), fleet(2, 1)],
        [fleet(2, 1), fleet(2, 1)],
      ]
      const browsers: { readonly browser: Browser; readonly user: string; readonly process: string }[] = []
      for (const [stage, processes] of stages.entries()) {
        for (const n of times(6, (each) => each)) {
          const browser = at(processes, n % 2).browser()
          const user = `user${stage}-${n}`
          await browser.login(user)
          browsers.push({ browser, user, process: `${stage} ${n % 2}` })
        }
        // Whichever process answers, the user stays, data of the others are there, and a rotation changes no key.
        for (const round of times(4, (each) => each)) {
          await Promise.all(
            browsers.map(async ({ browser, user }, n) => {
              const tab = browser.copy(at(processes, (n + round) % 2).sessions)
              const answer = await tab.request((session) => {
                session[`f${round}`] = `${stage} ${round}`
                return session.userId
              })
              expect(answer.value).toBe(user)
              browser.receive(answer)
            }),
          )
        }
      }
      const last = fleet(2)
      for (const { browser, user, process } of browsers) {
        const listed = await last.sessions.user(user).list()
        const { value } = await browser
          .copy(last.sessions)
          .send((session) => [session.userId, ...times(4, (n) => session[`f${n}`])])
        // The processes whose first key was the second one.
        const stays = process === '1 1' || process.startsWith('2')
        expect([process, listed.length, value]).toEqual([
          process,
          stays ? 1 : 0,
          stays ? [user, ...times(4, (n) => `2 ${n}`)] : times(5, () => undefined),
        ])
      }
      expect(last.of('session.damaged')).toEqual([])
    })

    it.each([
      ['one process', [[1, 2]]],
      [
        'a mixed fleet',
        [
          [1, 2],
          [2, 1],
        ],
      ],
    ])('hold a user who signs in many times at once to the limit, and end no more than that: %s', async (_, fleet) => {
      const place = backend()
      const { app } = openInstance(place)
      const processes = fleet.map((keys) =>
        openInstance(place, { app, keys: keys.map(key), sessions: { limit: { max: 3 } } }),
      )
      for (const user of times(3, (n) => `u${n}`)) {
        const begun = (n: number): Promise<unknown> => at(processes, n % fleet.length).sessions.create({ userId: user })
        await Promise.all(times(40, begun))
        expect(await at(processes, 0).sessions.user(user).list()).toHaveLength(3)
      }
      const told = processes.flatMap((each) => each.of('session.ended'))
      expect(new Set(told.map(({ sid }) => sid)).size).toBe(3 * 37)
    })

    it('leave one at least to a user whose log-ins are refused above the limit', async () => {
      const place = backend()
      const limit = { max: 3, onExceed: 'reject' } as const
      const one = openInstance(place, { keys: [key(1), key(2)], sessions: { limit } })
      const two = openInstance(place, { app: one.app, keys: [key(2), key(1)], sessions: { limit } })
      const begun = (n: number): Promise<unknown> => at([one, two], n % 2).sessions.create({ userId: 'u' })
      const codes = await Promise.all(times(20, async (n) => await codeOf(begun(n))))
      expect(codes.filter((code) => code === undefined)).toHaveLength(3)
      expect(codes.filter((code) => code === 'SESSION_LIMIT')).toHaveLength(17)
      expect(await one.sessions.user('u').list()).toHaveLength(3)
    })

    it.each(['an hour apart', 'so coarse that all is at once'])(
      'let nobody in above the limit whose log-ins are refused there, though clocks of servers are %s',
      async (clocks) => {
        const place = backend()
        const limit = { max: 3, onExceed: 'reject' } as const
        let first: string | undefined
        const seen = relisted(place, (record, tag) => {
          first ??= tag
          const created = clocks === 'an hour apart' ? record.created + (tag === first ? 3_600_000 : 0) : 0
          return { ...record, created }
        })
        const one = openInstance(seen, { keys: [key(1), key(2)], sessions: { limit } })
        const two = openInstance(seen, { app: one.app, keys: [key(2), key(1)], sessions: { limit, deadline: 1000 } })
        const begin = async ({ sessions }: typeof one, userId: string): Promise<string | undefined> =>
          await codeOf(sessions.create({ userId }))
        for (const _ of times(3, (n) => n)) expect(await begin(one, 'u')).toBeUndefined()
        expect(await begin(two, 'u')).toBe('SESSION_LIMIT')
        expect(await one.sessions.user('u').list()).toHaveLength(3)
        // Who is refused has never been there.
        expect([two.of('session.created'), two.of('session.ended')]).toEqual([[], []])
        const codes = await Promise.all(times(12, async (n) => await begin(at([one, two], n % 2), 'v')))
        const stayed = codes.filter((code) => code === undefined).length
        expect(stayed).toBeLessThanOrEqual(3)
        expect(await one.sessions.user('v').list()).toHaveLength(stayed)
      },
    )

    it("hide nobody from whoever ends all of a user's sessions, in whichever process", async () => {
      const place = backend()
      const one = openInstance(place, { keys: [key(1), key(2)] })
      const two = openInstance(place, { app: one.app, keys: [key(2), key(1)] })
      for (const ending of [one, two]) {
        const browsers = [one, two, one, two].map((each) => each.browser())
        for (const browser of browsers) await browser.login('u')
        expect(await one.sessions.user('u').list()).toHaveLength(4)
        expect(await ending.sessions.user('u').revokeAll()).toBe(4)
        for (const browser of browsers) expect(await browser.userId()).toBeUndefined()
      }
    })

    it('may be left out while processes still had both, and no session of the other one loses anything', async () => {
      const place = backend()
      const one = openInstance(place, { keys: [key(1), key(2)] })
      const two = openInstance(place, { app: one.app, keys: [key(2), key(1)] })
      const [gone, stays] = [one.browser(), two.browser()]
      await gone.login('gone')
      await stays.login('stays')
      // The last to write to each is a process that has the other key first.
      for (const [browser, other] of [
        [gone, two],
        [stays, one],
      ] as const)
        browser.receive(
          await browser.copy(other.sessions).send(async (session) => {
            session['a'] = 1
            await session.update('b', () => 2)
            await session.rotate()
          }),
        )
      const last = openInstance(place, { app: one.app, keys: [key(2)] })
      const read = async (browser: Browser): Promise<unknown> =>
        (await browser.copy(last.sessions).send((session) => [session.userId, session['a'], session['b']])).value
      expect(await read(stays)).toEqual(['stays', 1, 2])
      expect(await read(gone)).toEqual([undefined, undefined, undefined])
      expect(last.of('session.damaged')).toEqual([])
    })

    it('seal nothing anew that both can read, and a session altogether at the next log-in', async () => {
      const place = backend()
      const one = openInstance(place, { keys: [key(1), key(2)] })
      const two = openInstance(place, { app: one.app, keys: [key(2), key(1)] })
      const browser = one.browser()
      await browser.login('u')
      await browser.request((session) => (session['a'] = 1))
      browser.receive(await browser.copy(two.sessions).send(async (session) => await session.elevate()))
      const three = openInstance(place, { app: one.app, keys: [key(2)] })
      expect(await browser.copy(three.sessions).send((session) => [session.userId, session['a']])).toMatchObject({
        value: ['u', 1],
      })
    })

    it('that are none, too many, the same twice or of another length are refused at the start', async () => {
      const many = times(9, (n) => key(n + 1))
      for (const keys of ['', 'short', [], many, [key(1), key(1)], `${key(1)},`, [key(1), 'x']]) {
        expect(await codeOf((async () => openInstance(backend(), { keys }))())).toBe('INVALID_ARGUMENT')
      }
    })
  })
}
