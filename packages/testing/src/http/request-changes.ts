import { deepEqual, equal, match } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { objectIn } from './client.ts'
import { type HttpAdapterTest, httpTest } from './http-test.ts'
import { FILE } from './routes.ts'

const CONDITIONS = { 'if-none-match': '"a"', range: 'bytes=0-3' }

export const requestChangeTests: readonly HttpAdapterTest[] = [
  httpTest('handlers are given what came, what a policy put in its place, and nothing of what it took', async (app) => {
    const ask = async (move: string, headers: Readonly<Record<string, string>>): Promise<unknown> => {
      const { status, body } = await app.ask(`/conditions?move=${move}`, { headers })
      equal(status, 200)
      return objectIn(body)
    }
    deepEqual(await ask('none', { range: 'bytes=0-3' }), { match: null, range: 'bytes=0-3' })
    deepEqual(await ask('hide', CONDITIONS), { match: null, range: null })
    deepEqual(await ask('ask', { ...CONDITIONS, 'x-known': '"b"' }), { match: '"b"', range: 'bytes=0-3' })
    deepEqual(await ask('ask', { 'x-known': '"b"' }), { match: '"b"', range: null })
  }),

  httpTest(
    'what a framework answers by itself to conditions, it answers to those alone that it was left',
    async (app) => {
      const { headers } = await app.ask('/json')
      const tag = headers['etag'] ?? '*'
      for (const [path, whole] of [
        ['/json', '{"name":"ada"}'],
        ['/file', readFileSync(FILE, 'utf8')],
      ] as const) {
        const conditions = { cookie: 'visitor=ada', 'if-none-match': tag, range: 'bytes=0-3' }
        const answer = await app.ask(`${path}?move=hide`, { headers: conditions })
        deepEqual([answer.status, answer.body.toString().replaceAll(' ', '')], [200, whole.replaceAll(' ', '')])
      }
    },
  ),

  httpTest('a header is taken from the answer, whoever gave it', async ({ ask }) => {
    const answer = await ask('/json?move=take')
    deepEqual([answer.status, answer.headers['x-handler'], answer.headers['x-head']], [200, undefined, '200 -'])
    match(answer.body.toString(), /ada/)
    const { cookies } = await ask('/cookies?move=take')
    deepEqual(cookies, ['seen=ada; Path=/'])
  }),
]
