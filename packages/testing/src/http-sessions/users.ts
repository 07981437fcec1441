import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { partsOf } from './cookie-parts.ts'
import { type SessionAdapterTest, sessionTest } from './session-test.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

export const userTests: readonly SessionAdapterTest[] = [
  sessionTest('see their sessions: device, and which one this is; never a secret', async ({ start }) => {
    const { browser } = await start()
    const [phone, laptop] = [browser(), browser()]
    await phone.post('/login?user=ada', { 'user-agent': SAFARI })
    await laptop.post('/login?user=ada', { 'user-agent': FIREFOX })
    const { body } = await laptop.get('/devices')
    // As core types it: what is shown here is compared below.
    const { devices } = JSON.parse(body) as { readonly devices: readonly Shown[] }
    equal(devices.length, 2)
    const here = devices.find(({ current }) => current)
    deepEqual([here?.device.kind, here?.device.userAgent], ['desktop', 'Firefox on Linux'])
    const there = devices.find(({ current }) => !current)
    equal(there?.device.kind, 'mobile')
    match(there.device.userAgent, /iOS/)
    for (const { device } of devices) equal(typeof device.network, 'string')
    for (const { jar } of [phone, laptop]) {
      const { tag = '', secret } = partsOf(jar.get('sid'))
      for (const hidden of [tag, secret]) ok(hidden.length > 8 && !body.includes(hidden), hidden)
    }
    equal((await browser().get('/devices')).status, 401)
  }),

  sessionTest('prove anew who they are: counted from the log-in, not from the first visit', async ({ start }) => {
    const { browser } = await start()
    const user = browser()
    await user.get('/views')
    equal((await user.get('/fresh')).status, 401)
    await user.post('/login?user=ada')
    equal((await user.get('/fresh')).status, 200)
    await setTimeout(20)
    equal((await user.get('/just-now')).status, 403)
  }),

  sessionTest('are asked for that when a session is used with another browser', async ({ start }) => {
    const { browser, events } = await start({ redstart: { sessions: { binding: { userAgent: 'step-up' } } } })
    const user = browser()
    await user.post('/login?user=ada', { 'user-agent': FIREFOX })
    const as = async (userAgent: string): Promise<number> =>
      (await user.get('/fresh', { 'user-agent': userAgent })).status
    deepEqual([await as(FIREFOX), await as(FIREFOX.replaceAll('130', '131')), await as(SAFARI)], [200, 200, 403])
    ok(events.some(({ type }) => type === 'session.binding'))
    await user.post('/elevate', { 'user-agent': SAFARI })
    equal(await as(SAFARI), 200)
  }),

  ...(['evict-soonest-to-expire', 'reject'] as const).map((onExceed) =>
    sessionTest(`have no more sessions than allowed: ${onExceed}`, async ({ start }) => {
      const { browser, redstart } = await start({ redstart: { sessions: { limit: { max: 3, onExceed } } } })
      const users = Array.from({ length: 30 }, () => browser())
      const logins = await Promise.all(users.map(async (user) => await user.post('/login?user=ada')))
      equal(logins.filter(({ status }) => status === 409).length, onExceed === 'reject' ? 27 : 0)
      equal((await redstart.sessions.user('ada').list()).length, 3)
      const seen = await Promise.all(users.map(async (user) => (await user.get('/who')).json()['userId']))
      equal(seen.filter((userId) => userId === 'ada').length, 3)
    }),
  ),
]

/** What `/devices` says of one. */
interface Shown {
  readonly current: boolean
  readonly device: { readonly kind: string; readonly userAgent: string; readonly network: string }
}
