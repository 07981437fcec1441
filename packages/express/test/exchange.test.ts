import type { HttpExchange, HttpPolicy } from '@redstart/core/http'
import { describe, expect, it } from 'vitest'
import { ask } from './ask.ts'
import { EXPRESSES, listen, loadExpress } from './express-app.ts'
import { runPolicies, usePolicy } from '../src/index.ts'

type Facts = Pick<HttpExchange, 'target' | 'host' | 'secure' | 'address'>

const facts: HttpPolicy<undefined> = {
  name: 'facts',
  decide: ({ target, host, secure, address }) => ({
    type: 'reply',
    reply: { status: 200, headers: [], body: JSON.stringify({ target, host, secure, address } satisfies Facts) },
  }),
}

const FORWARDED = {
  host: 'inner:3000',
  'x-forwarded-host': 'shop.example:8443, other.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-for': '198.51.100.9, 203.0.113.7',
}

for (const name of EXPRESSES) {
  const express = await loadExpress(name)
  const told = async (trust: unknown, headers: Readonly<Record<string, string>>): Promise<unknown> => {
    const app = express()
    app.set('trust proxy', trust)
    const router = express.Router()
    router.use(runPolicies([usePolicy(facts)]))
    app.use('/shop', router)
    const { port, close } = await listen(app)
    try {
      return JSON.parse(await ask(port, '/shop/%2E/a?b=%20', headers))
    } finally {
      await close()
    }
  }

  describe(`${name}: what a proxy says`, () => {
    it('does not count unless it is trusted', async () => {
      const untrusted = { target: '/shop/%2E/a?b=%20', host: 'inner:3000', secure: false, address: '127.0.0.1' }
      expect(await told(false, FORWARDED)).toEqual(untrusted)
      expect(await told('10.0.0.0/8', FORWARDED)).toEqual(untrusted)
    })

    it('counts as far as it is trusted', async () => {
      const trusted = { target: '/shop/%2E/a?b=%20', host: 'shop.example:8443', secure: true }
      expect(await told(1, FORWARDED)).toEqual({ ...trusted, address: '203.0.113.7' })
      expect(await told('loopback', FORWARDED)).toEqual({ ...trusted, address: '203.0.113.7' })
      expect(await told(true, FORWARDED)).toEqual({ ...trusted, address: '198.51.100.9' })
    })

    it('may be nothing', async () => {
      expect(await told(true, { host: '[::1]:80' })).toMatchObject({
        host: '[::1]:80',
        secure: false,
        address: '127.0.0.1',
      })
    })
  })
}
