import { describe, expect, it } from 'vitest'
import { runPolicies } from '../src/index.ts'
import { ANSWERS } from './answers.ts'
import { FASTIFIES, loadFastify } from './fastify-app.ts'
import { atOnce, late, recorder, settling } from './policies.ts'

for (const name of FASTIFIES) {
  const fastify = loadFastify(name)

  describe(`${name}: an injected request has the answer that it has without policies`, () => {
    it.each(Object.keys(ANSWERS))('%s', async (how) => {
      const { log, capture } = recorder()
      const uses = {
        plain: [],
        late: [late],
        atOnce: [atOnce],
        captured: [settling(() => ({ type: 'capture', capture }))],
      }
      const seen: Record<string, unknown> = {}
      for (const [prefix, own] of Object.entries(uses)) {
        const app = fastify()
        await app.register(runPolicies, { uses: own })
        app.get('/', (_request, reply) => ANSWERS[how]?.(reply))
        const { statusCode, headers, body } = await app.inject('/')
        const { date: _date, 'x-settled': settled, ...others } = headers
        expect(settled).toBe(prefix === 'late' || prefix === 'atOnce' ? 'yes' : undefined)
        seen[prefix] = { statusCode, headers: others, body }
        if (prefix === 'captured') expect(log.join('')).toBe(`${body}finish`)
        await app.close()
      }
      const { plain, ...held } = seen
      for (const answer of Object.values(held)) expect(answer).toEqual(plain)
    })

    it('HEAD', async () => {
      const app = fastify()
      await app.register(runPolicies, { uses: [late] })
      app.get('/', async () => 'text')
      const { statusCode, headers, body } = await app.inject({ method: 'HEAD', url: '/' })
      expect([statusCode, body]).toEqual([200, ''])
      expect(headers).toMatchObject({ 'content-length': '4', 'x-settled': 'yes' })
      await app.close()
    })
  })

  it(`${name}: an injected request has the answer that a policy puts in the place of the handler's`, async () => {
    const { log, capture } = recorder()
    const app = fastify()
    const replaces = settling(async () => ({ type: 'replace', reply: { status: 503, headers: [], body: 'later' } }))
    await app.register(runPolicies, { uses: [settling(() => ({ type: 'capture', capture })), replaces] })
    app.get('/', async () => 'text')
    const { statusCode, body, headers } = await app.inject('/')
    expect([statusCode, body, headers['content-length']]).toEqual([503, 'later', '5'])
    expect(log).toEqual(['later', 'finish'])
    await app.close()
  })
}
