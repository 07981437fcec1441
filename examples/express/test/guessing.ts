import type { RequestListener } from 'node:http'
import { type Backend, fixedWindow } from '@redstart/core'
import { manualClock, type ManualClock } from '@redstart/testing'
import { expect, test } from 'vitest'
import { createApp, SIGN_INS } from '../src/index.ts'
import type { Database } from '../src/database/database.ts'
import type { RestaurantPolicies, RestaurantRedstart } from '../src/limits/policies.ts'
import { houseInstance, listening } from './beside-office.ts'
import { Browser, type Shown } from './browser.ts'

/** Two wrong passwords for each account, four from one address. */
const FEW: Partial<RestaurantPolicies> = {
  guesses: fixedWindow({ limit: 2, window: '1m', block: '1h', onFailure: 'closed' }),
  guessers: fixedWindow({ limit: 4, window: '2h', onFailure: 'closed' }),
}
const ACCOUNT = 'alma@osteria'

export interface GuessingOptions {
  readonly database: () => Database
  /** Left out for memory, where the tests' clock is the limits' as well. */
  readonly backend?: (() => Backend) | undefined
  readonly listener: (parts: {
    readonly database: Database
    readonly redstart: RestaurantRedstart
  }) => RequestListener | Promise<RequestListener>
}

/** Shows that nobody guesses passwords at an app, however they go about it. */
export function testGuessing({ database, backend, listener }: GuessingOptions): void {
  const start = async (): Promise<{ readonly app: Guessed; readonly office: Guessed; readonly clock: ManualClock }> => {
    const clock = manualClock()
    const options = { policies: FEW, ...(backend === undefined && { clock }) }
    const shared = backend === undefined ? houseInstance(undefined, options) : undefined
    const parts = (): Parameters<typeof listener>[0] => ({
      database: database(),
      redstart: shared ?? houseInstance(backend?.(), options),
    })
    const office = createApp(parts()).set('trust proxy', 1)
    return {
      app: new Guessed(await listening(await listener(parts())), '/login'),
      office: new Guessed(await listening(office), '/account/login', '/account'),
      clock,
    }
  }

  test('one account is guessed twice, in whichever app, and then not even the right password is looked at', async () => {
    const { app, office, clock } = await start()
    expect((await app.guess(ACCOUNT, 'wrong')).text).toContain('There is nobody with this name')
    expect((await office.guess(' Alma@Osteria ', 'wrong')).text).toContain('There is nobody with this name')
    const refused = [await app.guess(ACCOUNT, SIGN_INS.password), await app.guess(ACCOUNT, 'wrong')]
    for (const { status, headers, text } of refused) {
      expect([status, headers.get('content-type')]).toEqual([429, expect.stringContaining('application/problem+json')])
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(3500)
      expect(text).toMatch(/quota-exceeded|abnormal-usage-detected/)
    }
    expect((await office.guess(ACCOUNT, SIGN_INS.password)).status).toBe(429)
    expect((await app.guess('elif@osteria', SIGN_INS.password)).text).not.toContain('There is nobody')
    if (backend !== undefined) return
    clock.advance(60 * 60_000 + 1)
    expect((await app.guess(ACCOUNT, SIGN_INS.password)).path).toBe('/')
  })

  test('from one address, many accounts are guessed four times, and one that there is not counts as any', async () => {
    const { app } = await start()
    // Right ones cost nothing.
    for (let n = 0; n < 3; n++) expect((await app.guess(ACCOUNT, SIGN_INS.password)).path).toBe('/')
    const statuses: number[] = []
    for (const name of ['nobody@osteria', 'nobody@osteria', 'nobody@osteria', 'mei@izakaya', 'x', 'y'])
      statuses.push((await app.guess(name, 'wrong')).status)
    expect(statuses).toEqual([200, 200, 429, 200, 200, 429])
    expect((await app.guess(ACCOUNT, SIGN_INS.password)).status).toBe(429)
  })
}

/** An app at which passwords are guessed, each time by a browser that was never there. */
class Guessed {
  readonly #origin: string
  readonly #to: string
  readonly #page: string

  constructor(origin: string, to: string, page: string = to) {
    this.#origin = origin
    this.#to = to
    this.#page = page
  }

  async guess(login: string, password: string): Promise<Shown> {
    const browser = new Browser({ origin: this.#origin })
    await browser.get(this.#page)
    return await browser.post(this.#to, { login, password })
  }
}
