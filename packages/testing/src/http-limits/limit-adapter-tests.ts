import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { eventually, objectIn, open } from '../http/client.ts'
import { json, type LimitAdapterTest, limitTest, type RunningLimits } from './limit-test.ts'

/** By the address of who has connected. */
const DIRECT = { clientAddress: { hops: 0 } } as const

/** All that is expected of an adapter of a web framework with rate limits. For any runner: a test rejects when it fails. */
export const limitAdapterTests: readonly LimitAdapterTest[] = [
  limitTest(
    'who has used up a quota is answered in the place of the handler, and told when to come back',
    { everywhere: { ...DIRECT, jitter: 0, rules: [{ policies: 'two' }] } },
    async ({ ask, handled }) => {
      const first = await ask('/json')
      deepEqual([first.status, objectIn(first.body)], [200, { decided: true }])
      deepEqual(quotaOf(first), ['"two";q=2;w=3600', '"two";r=1;t=3600'])
      match((await ask('/json', { method: 'HEAD' })).headers['ratelimit'] ?? '', /^"two";r=0;t=3(600|5\d\d)$/)
      for (const method of ['GET', 'HEAD']) {
        const refused = await ask('/json', { method })
        equal(refused.status, 429)
        match(refused.headers['retry-after'] ?? '', /^3(600|5\d\d)$/)
        equal(refused.headers['content-type'], 'application/problem+json')
        equal(refused.headers['cache-control'], 'no-store')
        match(refused.headers['ratelimit'] ?? '', /^"two";r=0;t=3(600|5\d\d)$/)
        if (method === 'GET') deepEqual(objectIn(refused.body)['violated-policies'], ['two'])
        else equal(refused.body.length, 0)
      }
      deepEqual(handled, ['/json', '/json'])
    },
  ),

  limitTest(
    'limits everywhere and limits of a route count both, and all are told',
    {
      everywhere: { ...DIRECT, rules: [{ policies: 'five' }] },
      routes: [
        { method: 'GET', path: '/json', handle: json },
        { method: 'POST', path: '/orders', limit: { rules: [{ policies: 'two', keyHeader: 'x-user' }] }, handle: json },
      ],
    },
    async ({ ask }) => {
      const order = async (user: string): Promise<number> =>
        (await ask('/orders', { method: 'POST', headers: { 'x-user': user } })).status
      deepEqual([await order('ada'), await order('ada'), await order('ada'), await order('bob')], [200, 200, 429, 200])
      equal((await ask('/json')).status, 200)
    },
  ),

  limitTest(
    'rules match requests whatever way they are written, and those that nobody answers',
    { everywhere: { ...DIRECT, rules: [{ policies: 'two', match: ['/json', 'GET /nowhere'] }] } },
    async ({ ask }) => {
      for (const [path, remaining] of [
        ['/%6Ason', 1],
        ['/nowhere', 0],
      ] as const)
        match((await ask(path)).headers['ratelimit'] ?? '', new RegExp(`^"two";r=${remaining};`))
      equal((await ask('/json?page=2')).status, 429)
      equal((await ask('/elsewhere')).headers['ratelimit'], undefined)
    },
  ),

  limitTest(
    'clients are told apart by what a proxy says, where it is trusted',
    { everywhere: { clientAddress: 'framework', rules: [{ policies: 'two' }] }, trustsProxy: true },
    async ({ ask }) => {
      const from = async (address: string): Promise<number> =>
        (await ask('/json', { headers: { 'x-forwarded-for': address } })).status
      deepEqual([await from('203.0.113.7'), await from('203.0.113.7'), await from('203.0.113.7')], [200, 200, 429])
      // The client's own, which the proxy has added to.
      equal(await from('198.51.100.1, 203.0.113.7'), 429)
      equal(await from('203.0.113.8'), 200)
    },
  ),

  ...(['framework', { hops: 0 }, { proxies: ['10.0.0.0/8'] }] as const).map((clientAddress) =>
    limitTest(
      `nobody is believed who is not trusted: ${JSON.stringify(clientAddress)}`,
      { everywhere: { clientAddress, rules: [{ policies: 'two' }] } },
      async ({ ask }) => {
        const statuses: number[] = []
        for (const n of [1, 2, 3]) {
          const forged = `203.0.113.${n}`
          const headers = {
            'x-forwarded-for': forged,
            forwarded: `for=${forged}`,
            'x-real-ip': forged,
            'client-ip': forged,
          }
          statuses.push((await ask('/json', { headers })).status)
        }
        deepEqual(statuses, [200, 200, 429])
      },
    ),
  ),

  limitTest(
    'a model of its own goes before what the framework was told',
    { everywhere: { clientAddress: { header: 'cf-connecting-ip', from: ['loopback'] }, rules: [{ policies: 'two' }] } },
    async ({ ask }) => {
      const from = async (address: string): Promise<number> =>
        (await ask('/json', { headers: { 'cf-connecting-ip': address } })).status
      deepEqual([await from('2001:db8::1'), await from('2001:db8::2'), await from('2001:db8::3')], [200, 200, 429])
      equal(await from('2001:db8:1::1'), 200)
      equal((await ask('/json')).status, 500)
    },
  ),

  limitTest(
    'who is allowed is not limited',
    { everywhere: { ...DIRECT, allow: ['loopback'], rules: [{ policies: 'two' }] } },
    async ({ ask }) => {
      for (let n = 0; n < 4; n++) equal((await ask('/json')).headers['ratelimit'], undefined)
    },
  ),

  limitTest(
    'what was taken is given back by the status of the answer',
    {
      everywhere: { ...DIRECT, rules: [{ policies: 'two', refund: 'success' }] },
      routes: [
        { method: 'GET', path: '/right', handle: json },
        {
          method: 'GET',
          path: '/wrong',
          handle: async () => await Promise.reject(Object.assign(new Error('wrong'), { status: 401, statusCode: 401 })),
        },
      ],
    },
    async (running) => {
      const { ask } = running
      for (let n = 0; n < 4; n++) equal((await ask('/right')).status, 200)
      await ask('/wrong')
      equal(await left(running), 1)
      await ask('/wrong')
      deepEqual([(await ask('/right')).status, await left(running)], [429, 0])
    },
  ),

  limitTest(
    'what was taken is given back when the client goes',
    {
      everywhere: { ...DIRECT, rules: [{ policies: 'two', refund: 'failure' }] },
      routes: [
        {
          method: 'GET',
          path: '/endless',
          handle: async () => ({ kind: 'stream', type: 'application/octet-stream', body: endless() }),
        },
      ],
    },
    async (running) => {
      const response = await open(running.port, '/endless')
      await once(response, 'data')
      equal(await left(running), 1)
      response.destroy()
      await eventually(async () => (await left(running)) === 2, 'the refund')
    },
  ),

  limitTest(
    'scripts of other origins may read what is told',
    { everywhere: { ...DIRECT, headers: ['draft-7', 'legacy'], rules: [{ policies: 'two' }] } },
    async ({ ask }) => {
      const exposed: (string | undefined)[] = []
      for (let n = 0; n < 3; n++)
        exposed.push(
          (await ask('/json', { headers: { origin: 'https://app.example' } })).headers['access-control-expose-headers'],
        )
      const names = 'RateLimit-Policy, RateLimit, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset'
      deepEqual(exposed, [names, names, `${names}, Retry-After`])
      const { headers } = await ask('/json')
      equal(headers['access-control-expose-headers'], undefined)
      match(headers['ratelimit'] ?? '', /^limit=2, remaining=0, reset=3(600|5\d\d)$/)
      equal(headers['x-ratelimit-limit'], '2')
    },
  ),

  limitTest(
    'many at the same time are admitted as many as there may be',
    { everywhere: { ...DIRECT, rules: [{ policies: 'five' }] } },
    async ({ ask, handled }) => {
      const statuses = await Promise.all(Array.from({ length: 40 }, async () => (await ask('/json')).status))
      equal(statuses.filter((status) => status === 200).length, 5)
      equal(handled.length, 5)
    },
  ),
]

function quotaOf({ headers }: Awaited<ReturnType<RunningLimits['ask']>>): readonly (string | undefined)[] {
  return [headers['ratelimit-policy'], headers['ratelimit']]
}

/** Of the policy `two`, for who asks in these tests. */
async function left({ redstart }: RunningLimits): Promise<number | undefined> {
  const { policies } = await redstart.limiter.peek('two', { key: '127.0.0.1' })
  return policies['two']?.remaining
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield new Uint8Array(16 * 1024)
}
