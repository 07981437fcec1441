import { deepEqual, equal } from 'node:assert/strict'
import type { RedstartOptions } from '@redstart/core'
import { json, routesOf } from './account-routes.ts'
import type { Browser } from './browser.ts'
import type { KeptFields, SessionRoute } from './session-adapter.ts'

/** What apps do that race for one session. */
export const raceRoutes: readonly SessionRoute[] = routesOf({
  'POST /count': async ({ session }) =>
    json({ views: await session.update('views', (views: number | undefined) => (views ?? 0) + 1) }),
  'POST /add': ({ session, query }) => {
    session.cart = { ...session.cart, [query.get('item') ?? '']: 1 }
    return json({})
  },
  'POST /put': ({ session, query }) => json(Object.assign(session, { [query.get('field') ?? '']: query.get('text') })),
  'GET /all': ({ session }) => json(session),
})

/** How they keep it. */
export const raceSessions: NonNullable<RedstartOptions<KeptFields>['sessions']> = { merge: { cart: bothCarts } }

/** Has all tabs change the same fields of one session at the same time, and then find all of it. */
export async function raceToWrite(tabs: readonly Browser[]): Promise<void> {
  const inFlight = tabs.flatMap((tab, app) =>
    Array.from({ length: WRITES }, async (_, n) => {
      const answers = [await tab.post('/count'), await tab.post(`/add?item=${app}-${n}`)]
      for (const { status, body } of answers) equal(status, 200, body)
    }),
  )
  await Promise.all(inFlight)
  const all = tabs.flatMap((_tab, app) => Array.from({ length: WRITES }, (_, n) => `${app}-${n}`))
  for (const tab of tabs) {
    const { views, cart } = (await tab.get('/all')).json()
    deepEqual([views, cart], [all.length, Object.fromEntries(all.map((item) => [item, 1]))])
  }
}

/** Of each tab. */
const WRITES = 12

type Cart = Record<string, number>

function bothCarts(_base: Cart | undefined, mine: Cart, theirs: Cart): Cart {
  return { ...theirs, ...mine }
}
