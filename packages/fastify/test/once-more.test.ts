import type { HttpExchange } from '@redstart/core/http'
import { describe, expect, it } from 'vitest'
import { runPolicies } from '../src/index.ts'
import { FASTIFIES, listen, loadFastify } from './fastify-app.ts'
import { deciding } from './policies.ts'

for (const name of FASTIFIES) {
  const fastify = loadFastify(name)

  describe(name, () => {
    it('an injected request came through no server that could be asked, and its headers may be changed', async () => {
      const exchanges: HttpExchange[] = []
      const use = deciding((exchange) => {
        exchanges.push(exchange)
        exchange.setRequestHeader('If-None-Match', undefined)
        exchange.setRequestHeader('X-Own', 'a')
        return { type: 'next', state: undefined }
      })
      const app = fastify()
      await app.register(runPolicies, { uses: [use] })
      app.get('/', async ({ headers }) => [headers['if-none-match'] ?? null, headers['x-own']])
      const answer = await app.inject({ url: '/', headers: { 'if-none-match': '"a"' } })
      await app.close()
      expect(answer.json()).toEqual([null, 'a'])
      expect(exchanges.map(({ again }) => again)).toEqual([undefined])
    })

    it('a request is asked from its very beginning, before it was rewritten', async () => {
      const own = new WeakSet()
      const targets: string[] = []
      const use = deciding(async (exchange) => {
        targets.push(exchange.target)
        if (!own.has(exchange.request)) await exchange.again?.((second) => void own.add(second))
        return { type: 'next', state: undefined }
      })
      const urls: string[] = []
      const app = fastify({ rewriteUrl: ({ url = '' }) => url.replace('/old', '/new') })
      await app.register(runPolicies, { uses: [use] })
      app.get('/new', async ({ url, ip }) => void urls.push(`${url} of ${ip}`))
      const { port, close } = await listen(app)
      await fetch(`http://127.0.0.1:${port}/old?a`)
      await close()
      expect(targets).toEqual(['/old?a', '/old?a'])
      expect(urls).toEqual(['/new?a of 127.0.0.1', '/new?a of 127.0.0.1'])
    })
  })
}
