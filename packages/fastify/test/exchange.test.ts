import type { HttpExchange } from '@redstart/core/http'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { describe, expect, it } from 'vitest'
import { runPolicies } from '../src/index.ts'
import { FASTIFIES, loadFastify } from './fastify-app.ts'
import { deciding } from './policies.ts'

type Facts = Pick<HttpExchange, 'method' | 'target' | 'host' | 'secure' | 'address'>

const facts = deciding(({ method, target, host, secure, address }) => ({
  type: 'reply',
  reply: {
    status: 200,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ method, target, host, secure, address } satisfies Facts),
  },
}))

const FORWARDED = {
  host: 'inner:3000',
  'x-forwarded-host': 'other.example, shop.example:8443',
  'x-forwarded-proto': 'https',
  'x-forwarded-for': '198.51.100.9, 203.0.113.7',
}

for (const name of FASTIFIES) {
  const fastify = loadFastify(name)
  const told = async (options: FastifyServerOptions, headers: Readonly<Record<string, string>>): Promise<unknown> => {
    const app = fastify(options)
    const shop = async (scope: FastifyInstance): Promise<void> => {
      await scope.register(runPolicies, { uses: [facts] })
      scope.get('/*', async () => 0)
    }
    await app.register(shop, { prefix: '/shop' })
    const answer = await app.inject({ url: '/shop/%2Fa?b=%20', headers })
    await app.close()
    return answer.json()
  }
  const plain = { method: 'GET', target: '/shop/%2Fa?b=%20', host: 'inner:3000', secure: false, address: '127.0.0.1' }

  describe(`${name}: what a proxy says`, () => {
    it('does not count unless it is trusted', async () => {
      expect(await told({}, FORWARDED)).toEqual(plain)
      expect(await told({ trustProxy: false }, FORWARDED)).toEqual(plain)
      const { address, ...others } = plain
      const elsewhere = await told({ trustProxy: '10.0.0.0/8' }, FORWARDED)
      // Once any proxy is trusted, the lowest takes host and scheme of everybody; Fastify mended that later.
      expect(elsewhere).toMatchObject(name === 'fastify-lowest' ? { address } : { address, ...others })
    })

    it('counts as far as it is trusted', async () => {
      const trusted = { ...plain, host: 'shop.example:8443', secure: true }
      expect(await told({ trustProxy: '127.0.0.1' }, FORWARDED)).toEqual({ ...trusted, address: '203.0.113.7' })
      expect(await told({ trustProxy: ['127.0.0.1', '203.0.113.0/24'] }, FORWARDED)).toEqual({
        ...trusted,
        address: '198.51.100.9',
      })
      expect(await told({ trustProxy: true }, FORWARDED)).toEqual({ ...trusted, address: '198.51.100.9' })
    })
  })

  it(`${name}: the target is what the client has asked for, whatever it is rewritten to`, async () => {
    const rewriteUrl: FastifyServerOptions['rewriteUrl'] = ({ url = '' }) => url.replace('/old', '/shop')
    const app = fastify({ rewriteUrl })
    await app.register(runPolicies, { uses: [facts] })
    expect((await app.inject('/old/1')).json()).toMatchObject({ target: '/old/1' })
    await app.close()
  })
}
