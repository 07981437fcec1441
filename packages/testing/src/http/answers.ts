import { deepEqual, equal, match } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { objectIn, type Received } from './client.ts'
import { type HttpAdapterTest, httpTest } from './http-test.ts'
import { FILE } from './routes.ts'

export const answerTests: readonly HttpAdapterTest[] = [
  httpTest('JSON leaves with what the policies gave', async ({ ask }) => {
    const answer = await ask('/json')
    equal(answer.status, 200)
    match(answer.headers['content-type'] ?? '', /^application\/json/)
    deepEqual(objectIn(answer.body), { name: 'ada' })
    isTold(answer, '200 json')
  }),

  httpTest('JSON leaves with what a policy gave without any wait', async ({ ask }) => {
    const answer = await ask('/json?settle=at-once')
    deepEqual(objectIn(answer.body), { name: 'ada' })
    isTold(answer, '200 json')
  }),

  httpTest('a redirect waits for what the handler did to the state', async ({ ask }) => {
    const answer = await ask('/redirect')
    equal(answer.status, 302)
    match(answer.headers['location'] ?? '', /\/json$/)
    equal(answer.headers['x-note'], 'redirected')
    isTold(answer, '302 -')
  }),

  httpTest('cookies of the handler and of policies leave side by side', async ({ ask }) => {
    const { cookies } = await ask('/cookies')
    deepEqual([...cookies].sort(), ['a=1', 'b=2', 'seen=ada; Path=/'])
  }),

  httpTest('a file leaves whole', async ({ ask }) => {
    const answer = await ask('/file')
    equal(answer.status, 200)
    equal(answer.body.toString(), readFileSync(FILE, 'utf8'))
    isTold(answer, '200 -')
  }),

  httpTest('HEAD has the head of GET, and no body', async ({ ask }) => {
    const [get, head] = [await ask('/json', { headers: {} }), await ask('/json', { method: 'HEAD', headers: {} })]
    equal(head.status, 200)
    equal(head.body.length, 0)
    equal(head.headers['content-type'], get.headers['content-type'])
    equal(head.headers['x-visitor'], 'nobody')
  }),

  httpTest('204 and 304 have no body', async ({ ask }) => {
    for (const [path, status] of [
      ['/empty', 204],
      ['/unchanged', 304],
    ] as const) {
      const answer = await ask(path)
      equal(answer.status, status)
      equal(answer.body.length, 0)
      equal(answer.headers['content-length'], undefined)
      isTold(answer, `${status} -`)
    }
  }),

  httpTest('what no route answers is settled as well', async ({ ask }) => {
    const answer = await ask('/nowhere')
    equal(answer.status, 404)
    isTold(answer, '404 -')
  }),

  httpTest(
    'a policy that replies keeps the handler out, and those before it settle',
    async ({ ask, doings, adapter }) => {
      for (const method of ['GET', 'HEAD']) {
        const answer = await ask('/limited', { method, headers: { cookie: 'visitor=ada' } })
        equal(answer.status, 429)
        equal(answer.headers['content-type'], 'application/problem+json')
        equal(answer.headers['retry-after'], '7')
        equal(answer.headers['content-length'], adapter.sendsLengths === false ? undefined : '59')
        isTold(answer, '429 -')
        if (method === 'GET')
          deepEqual(objectIn(answer.body), { title: 'Too Many Requests', status: 429, code: 'LIMITED' })
      }
      deepEqual(doings.handled, [])
    },
  ),

  httpTest('policies are told of the request what the client sent', async ({ ask, port }) => {
    const target = '/facts?a=%2Fb&a=%zz&settle='
    const { body } = await ask(target, { headers: { host: 'shop.example:8443', 'x-two': ['1', '2'] } })
    const { address, ...facts } = objectIn(body)
    deepEqual(facts, { method: 'GET', target, host: 'shop.example:8443', secure: false, two: '1, 2' })
    match(String(address), /^(::ffff:)?127\.0\.0\.1$/)
    const forged = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.7',
    }
    const { body: untrusted } = await ask('/facts', { headers: forged })
    const seen = objectIn(untrusted)
    deepEqual([seen['host'], seen['secure'], seen['address']], [`127.0.0.1:${port}`, false, address])
  }),
]

/** It has all that the policy of visitors gives, of ada, and the policy saw this head. */
export function isTold({ headers, cookies }: Received, head: string): void {
  equal(headers['x-visitor'], 'ada')
  equal(headers['x-head'], head)
  deepEqual(
    cookies.filter((cookie) => cookie.startsWith('seen=')),
    ['seen=ada; Path=/'],
  )
}
