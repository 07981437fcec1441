import type { HttpPolicy } from '@redstart/core/http'
import { describe, expect, it } from 'vitest'
import { runPolicies, usePolicy } from '../src/index.ts'
import { ask } from './ask.ts'
import { listen } from './koa-app.ts'
import { ENDS, loadKoa } from './koa-versions.ts'

const facts: HttpPolicy<undefined> = {
  name: 'facts',
  decide: ({ target, host, secure, address }) => ({
    type: 'reply',
    reply: { status: 200, headers: [], body: JSON.stringify({ target, host, secure, address }) },
  }),
}

const FORWARDED = {
  host: 'inner:3000',
  'x-forwarded-host': 'shop.example:8443, other.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-for': '198.51.100.9, 203.0.113.7',
}

type Settings = Partial<Record<'proxy' | 'proxyIpHeader' | 'maxIpsCount', unknown>>

for (const name of ENDS) {
  const koa = loadKoa(name)
  const told = async (settings: Settings, headers: Readonly<Record<string, string>>): Promise<unknown> => {
    const app = Object.assign(new koa(), settings)
    app.use(async (ctx, next) => {
      // As middleware does that mounts an app.
      ctx.path = ctx.path.replace(/^\/shop/, '')
      await next()
    })
    app.use(runPolicies([usePolicy(facts)]))
    const { port, close } = await listen(app)
    try {
      return JSON.parse((await ask(port, '/shop/%2E/a?b=%20', { headers })).body)
    } finally {
      await close()
    }
  }

  describe(`${name}: what a proxy says`, () => {
    it('does not count unless it is trusted', async () => {
      const untrusted = { target: '/shop/%2E/a?b=%20', host: 'inner:3000', secure: false, address: '127.0.0.1' }
      expect(await told({}, FORWARDED)).toEqual(untrusted)
    })

    it('counts as far as it is trusted', async () => {
      const trusted = { target: '/shop/%2E/a?b=%20', host: 'shop.example:8443', secure: true }
      expect(await told({ proxy: true }, FORWARDED)).toEqual({ ...trusted, address: '198.51.100.9' })
      expect(await told({ proxy: true, maxIpsCount: 1 }, FORWARDED)).toEqual({ ...trusted, address: '203.0.113.7' })
      const own = { ...FORWARDED, 'x-real-ip': '203.0.113.9' }
      expect(await told({ proxy: true, proxyIpHeader: 'X-Real-IP' }, own)).toEqual({
        ...trusted,
        address: '203.0.113.9',
      })
    })

    it('may be nothing', async () => {
      const plain = { host: '[::1]:80', secure: false, address: '127.0.0.1' }
      expect(await told({ proxy: true }, { host: '[::1]:80' })).toMatchObject(plain)
    })
  })
}
