import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { RedstartError } from '@redstart/core'
import { HTTPS } from './cookie-parts.ts'
import { type RunningSessions, type SessionAdapterTest, sessionTest, type SessionTestParts } from './session-test.ts'

const IN_CLEAR = { 'x-forwarded-proto': 'http' }

export const productionTests: readonly SessionAdapterTest[] = [
  sessionTest('behind a proxy that ends TLS and is trusted, the cookie is secure by itself', async (parts) => {
    const { browser } = await inProduction(parts, true)
    const user = browser()
    const { cookies } = await user.post('/login?user=ada', HTTPS)
    equal(cookies.length, 1)
    match(cookies[0] ?? '', /^__Host-sid=u1.*; Secure/)
    deepEqual((await user.get('/who', HTTPS)).json(), { userId: 'ada' })
  }),

  lossTest('nothing came', false, {}, ({ howToTrust }) => ['no X-Forwarded-Proto came with it', howToTrust]),
  lossTest('nobody trusts it', false, HTTPS, ({ howToTrust }) => [
    'says https, but the proxy that sent it is not trusted: ',
    howToTrust,
  ]),
  lossTest('it was clear', true, IN_CLEAR, () => ['used plain HTTP, so redirect it']),
  lossTest('a trusted one said nothing', true, {}, () => ['no X-Forwarded-Proto came with it']),

  sessionTest('a visitor who needs no session is served without one', async (parts) => {
    const { browser } = await inProduction(parts, false)
    const { status, cookies } = await browser().get('/who')
    deepEqual([status, cookies], [200, []])
  }),
]

/** @param says what the error's text has, one after the other. */
function lossTest(
  why: string,
  trustsProxy: boolean,
  headers: Readonly<Record<string, string>>,
  says: (adapter: SessionTestParts['adapter']) => readonly string[],
): SessionAdapterTest {
  return sessionTest(`a cookie that would be lost is an error that names what is missing: ${why}`, async (parts) => {
    const { browser, errors } = await inProduction(parts, trustsProxy)
    const refused = await browser().post('/login?user=ada', headers)
    deepEqual([refused.status, refused.cookies], [500, []])
    const told = errors.length
    const { status, cookies, json } = await browser().get('/views', headers)
    deepEqual([status, cookies], [500, []])
    equal(json()['code'], 'INSECURE_COOKIE')
    const [error, ...others] = errors.slice(told)
    deepEqual(others, [])
    ok(RedstartError.is(error))
    equal(error.code, 'INSECURE_COOKIE')
    let from = 0
    for (const part of says(parts.adapter)) {
      from = error.message.indexOf(part, from)
      ok(from >= 0, `${error.message} has not: ${part}`)
    }
  })
}

async function inProduction({ start, onEnd }: SessionTestParts, trustsProxy: boolean): Promise<RunningSessions> {
  const { env } = process
  const before = env['NODE_ENV']
  env['NODE_ENV'] = 'production'
  onEnd(() => {
    if (before === undefined) delete env['NODE_ENV']
    else env['NODE_ENV'] = before
  })
  return await start({ url: undefined, trustsProxy })
}
