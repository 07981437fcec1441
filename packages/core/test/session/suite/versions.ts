import { afterAll, describe, expect, it } from 'vitest'
import type { Backend, SessionOptions, StandardSchemaV1 } from '../../../src/index.ts'
import { closeAll, keepSecret, openInstance, times } from '../browser.ts'

/** What becomes of data that another version has stored. */
export function versionTests(backend: () => Backend): void {
  afterAll(closeAll)

  describe('data of another version', () => {
    it('are brought up to date a step at a time, and stored so when anything is', async () => {
      const place = backend()
      const old = openInstance(place)
      const browser = old.browser()
      await browser.login(1)
      await browser.request((session) => void Object.assign(session, { name: 'Ada Lovelace', left: 1 }))
      const migrate = {
        2: ({ name, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, names: String(name).split(' ') }),
        3: (data: Readonly<Record<string, unknown>>) => ({ ...data, count: 0 }),
      }
      const next = openInstance(place, { app: old.app, sessions: { version: 3, migrate } })
      const tab = browser.copy(next.sessions)
      const read = async (): Promise<unknown> =>
        (await tab.request((session) => Object.fromEntries(Object.entries(session)))).value
      expect(await read()).toEqual({ left: 1, names: ['Ada', 'Lovelace'], count: 0 })
      const later = openInstance(place, {
        app: old.app,
        sessions: { version: 3, migrate: { 3: () => expect.fail('again') } },
      })
      expect(await browser.copy(later.sessions).read('count')).toBe(0)
    })

    it('are brought up to date by several requests at once, none of which fails for it', async () => {
      const place = backend()
      const migrate = {
        1: (data: Readonly<Record<string, unknown>>) => ({ ...data, count: Number(data['count']) + 10 }),
      }
      for (const conflicts of ['merge', 'strict'] as const) {
        const old = openInstance(place)
        const browser = old.browser()
        await browser.request((session) => void Object.assign(session, { count: 1, other: 1 }))
        const next = openInstance(place, { app: old.app, sessions: { version: 1, migrate, conflicts } })
        const tabs = times(5, () => browser.copy(next.sessions))
        await Promise.all(tabs.map(async (tab, n) => await tab.send((session) => (session[`${conflicts}${n}`] = n))))
        const { value } = await browser
          .copy(next.sessions)
          .send((session) => [session['count'], session[`${conflicts}4`]])
        expect(value).toEqual([11, 4])
      }
    })

    it('go into the session of whoever signs in as this version has them', async () => {
      const place = backend()
      const old = openInstance(place)
      const [first, other] = [old.browser(), old.browser()]
      for (const browser of [first, other])
        await browser.request((session) => void Object.assign(session, { cart: 1, left: 1 }))
      const migrate = {
        1: ({ cart, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, basket: cart }),
      }
      const next = openInstance(place, { app: old.app, sessions: { version: 1, migrate } })
      const read = async (tab: typeof first): Promise<unknown> =>
        (await tab.request((session) => Object.fromEntries(Object.entries(session)))).value
      const tab = first.copy(next.sessions)
      await tab.login(1)
      expect(await read(tab)).toEqual({ basket: 1, left: 1 })
      // A process of the version before lets them be, and does not say that they are of its own.
      const back = tab.copy(old.sessions)
      await back.request(async (session) => await session.elevate())
      expect(await read(back.copy(next.sessions))).toEqual({ basket: 1, left: 1 })
      // What another request has changed meanwhile stays what that has made of it.
      const late = other.copy(next.sessions)
      await late.request(async (session) => {
        await other.send((now) => (now['cart'] = 2))
        await session.login(2)
      })
      expect(await read(late)).toEqual({ basket: 1, cart: 2, left: 1 })
    })

    it('that do not fit are left out a field at a time and told, and the rest is there', async () => {
      const place = backend()
      const old = openInstance(place)
      const browser = old.browser()
      await browser.request((session) => void Object.assign(session, { good: 1, bad: 'canary-in-data', worse: {} }))
      keepSecret('canary-in-data')
      const next = openInstance(place, { app: old.app, sessions: { schema: numbers } })
      expect(
        (await browser.copy(next.sessions).request((session) => Object.fromEntries(Object.entries(session)))).value,
      ).toEqual({ good: 1, total: 0 })
      expect(new Set(next.of('session.rejected').map(({ field }) => field))).toEqual(new Set(['bad', 'worse']))
      for (const sessions of [
        { schema: null, version: 1 },
        { schema: answering(() => ({ value: null })) },
        { schema: answering(() => ({ value: [1] })) },
        { schema: answering(() => ({ value: { f: () => 1, login: 1, 'a b': 1 } })) },
        { schema: answering(() => ({ issues: [{ message: 'no' }] })) },
        {
          version: 1,
          migrate: {
            1: () => {
              throw new Error('canary-in-data')
            },
          },
        },
        // What JavaScript may return.
        { version: 1, migrate: { 1: () => JSON.parse('null') as Record<string, unknown> } },
      ]) {
        const { schema, ...rest } = sessions as { schema?: StandardSchemaV1 | null }
        const odd = openInstance(place, {
          app: old.app,
          sessions: { ...rest, ...(schema && { schema }) } as SessionOptions,
        })
        const answer = await browser.copy(odd.sessions).send((session) => typeof session.login)
        expect([answer.value, answer.refused]).toEqual(['function', undefined])
      }
    })
  })
}

const numbers: StandardSchemaV1<unknown, { good?: number }> = answering((value) => {
  const issues = Object.entries(value as object)
    .filter(([, each]) => typeof each !== 'number')
    .map(([field, each]) => ({ message: `no number: ${String(each)}`, path: [field] }))
  return issues.length > 0 ? { issues } : { value: { ...(value as object), total: 0 } }
})

function answering(validate: (value: unknown) => unknown): StandardSchemaV1<unknown, object> {
  // Whatever a schema may answer.
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: validate as StandardSchemaV1<unknown, object>['~standard']['validate'],
    },
  }
}
