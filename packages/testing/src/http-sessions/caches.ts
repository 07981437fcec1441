import { deepEqual, equal, ok } from 'node:assert/strict'
import { json, routesOf } from './account-routes.ts'
import { type SessionAdapterTest, sessionTest } from './session-test.ts'

export const cacheTests: readonly SessionAdapterTest[] = [
  sessionTest('may not store an answer with the cookie, and must know what others depend on', async ({ start }) => {
    const { browser } = await start({ url: undefined })
    const visitor = browser()
    const heads = async (path: string, method = 'GET'): Promise<unknown> => {
      const { headers } = await visitor.ask(method, path)
      return [headers['cache-control'], headers['vary']]
    }
    deepEqual(await heads('/plain'), [undefined, undefined])
    deepEqual(await heads('/who'), [undefined, 'Cookie'])
    deepEqual(await heads('/views'), ['no-store', 'Cookie'])
    deepEqual(await heads('/plain'), [undefined, undefined])
    deepEqual(await heads('/views'), [undefined, 'Cookie'])
    const { headers } = await visitor.post('/logout')
    equal(headers['cache-control'], 'no-store')
    ok(headers['vary']?.includes('Cookie'), headers['vary'])
  }),

  cacheTest('public, max-age=60', 'Accept', 'no-store', 'Accept, Cookie'),
  cacheTest('private, max-age=60', 'cookie, Accept', 'private, max-age=60', 'cookie, Accept'),
  cacheTest('no-store', '*', 'no-store', '*'),
]

function cacheTest(want: string, vary: string, cacheControl: string, varies: string): SessionAdapterTest {
  return sessionTest(`are told so where the handler says ${want} and Vary: ${vary}`, async ({ start }) => {
    const routes = routesOf({
      'GET /cached': ({ session }) => {
        session.views = 1
        return {
          ...json({}),
          headers: [
            ['cache-control', want],
            ['vary', vary],
          ],
        }
      },
    })
    const { browser } = await start({ url: undefined, routes })
    const { headers } = await browser().get('/cached')
    deepEqual([headers['cache-control'], headers['vary']], [cacheControl, varies])
  })
}
