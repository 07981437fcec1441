import { RedstartError } from '@redstart/core'
import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { refuseCrossSite, runPolicies } from '../src/index.ts'
import { FASTIFIES, loadFastify } from './fastify-app.ts'
import { deciding, late, settling } from './policies.ts'

const FAILURE = new Error('no')

for (const name of FASTIFIES) {
  const fastify = loadFastify(name)

  describe(`${name}: an error`, () => {
    it.each([
      ['a rejection', async () => await Promise.reject(FAILURE), { told: 'no' }],
      [
        'a throw',
        () => {
          throw FAILURE
        },
        { told: 'no' },
      ],
      // What is no error is no reason to go on.
      ['a rejection with nothing', async () => await Promise.reject(), { told: 'A policy failed' }],
    ] as const)('before the handler, %s, is for the error handler, and is settled', async (_name, decide, told) => {
      const app = fastify()
      app.setErrorHandler((error: Error, _request, reply) => reply.code(555).send({ told: error.message }))
      await app.register(runPolicies, { uses: [late, deciding(decide)] })
      app.get('/', async () => expect.unreachable())
      const answer = await app.inject('/')
      expect([answer.statusCode, answer.headers['x-settled'], answer.json()]).toEqual([555, 'yes', told])
      await app.close()
    })

    it('of the store has its status with the error handler of Fastify itself', async () => {
      const app = fastify()
      const decide = async (): Promise<never> => await Promise.reject(new RedstartError('STORE_UNAVAILABLE', 'gone'))
      await app.register(runPolicies, { uses: [deciding(decide)] })
      const answer = await app.inject('/')
      expect([answer.statusCode, answer.json()]).toEqual([503, expect.objectContaining({ code: 'STORE_UNAVAILABLE' })])
      await app.close()
    })

    it('after the handler is told to onError, with the request, or to the log', async () => {
      const told: unknown[] = []
      const logged: string[] = []
      const uses = [settling(async () => await Promise.reject(FAILURE))]
      const onError = (error: unknown, { url }: FastifyRequest): void => void told.push([error, url])
      for (const options of [{ uses, onError }, { uses }]) {
        const app = fastify({ logger: { level: 'error', stream: { write: (line: string) => void logged.push(line) } } })
        await app.register(runPolicies, options)
        app.get('/a', async () => 'handled')
        const answer = await app.inject('/a')
        expect([answer.statusCode, answer.json()]).toEqual([500, { title: 'Internal Server Error', status: 500 }])
        await app.close()
      }
      expect(told).toEqual([[FAILURE, '/a']])
      expect(logged).toEqual([expect.stringContaining('"message":"no"')])
    })
  })

  describe(`${name}: policies`, () => {
    const answers: Readonly<Record<string, (reply: FastifyReply) => unknown>> = {
      replies: (reply) => reply,
      replaces: (reply) => reply.header('x-handler', 'yes').send('handled'),
    }
    const reply = { status: 429, headers: [['content-type', 'text/plain']], body: 'later' } as const

    it.each(Object.keys(answers))('that one %s takes nothing from the hooks of others', async (how) => {
      const app = fastify()
      const responses: number[] = []
      app.addHook('onRequest', async (_request, own) => void own.header('access-control-allow-origin', '*'))
      app.addHook('onResponse', async (_request, own) => void responses.push(own.statusCode))
      const one =
        how === 'replies' ? deciding(() => ({ type: 'reply', reply })) : settling(() => ({ type: 'replace', reply }))
      await app.register(runPolicies, { uses: [late, one] })
      app.get('/', (_request, own) => answers[how]?.(own))
      const { statusCode, headers, body } = await app.inject('/')
      expect([statusCode, body]).toEqual([429, 'later'])
      expect(headers).toMatchObject({
        'access-control-allow-origin': '*',
        'content-type': 'text/plain',
        'content-length': '5',
        'x-settled': 'yes',
      })
      expect(headers['x-handler']).toBeUndefined()
      await expect.poll(() => responses).toEqual([429])
      await app.close()
    })

    it('and handlers and plugins set cookies side by side, whenever they give them', async () => {
      const app = fastify()
      const uses = [
        settling(async (exchange) => {
          exchange.appendHeader('set-cookie', 'settled=1')
          return undefined
        }),
        deciding((exchange) => {
          exchange.appendHeader('set-cookie', 'decided=1')
          exchange.appendHeader('set-cookie', 'decided=2')
          exchange.setHeader('cache-control', 'no-store')
          return { type: 'next', state: undefined }
        }),
      ]
      app.addHook('onRequest', async (_request, own) => void own.header('cache-control', 'public'))
      await app.register(cookie)
      await app.register(runPolicies, { uses })
      app.get('/', (_request, own) => own.setCookie('plugin', '1').header('set-cookie', 'handler=1').send('x'))
      const { headers } = await app.inject('/')
      expect([headers['set-cookie']].flat().map(String).sort()).toEqual([
        ...['decided=1', 'decided=2', 'handler=1', 'plugin=1; SameSite=Lax', 'settled=1'],
      ])
      expect(headers['cache-control']).toBe('no-store')
      await app.close()
    })

    it('see what hooks of others did to the answer, and are held to the scope that they are registered in', async () => {
      const app = fastify()
      const heads: unknown[] = []
      const seen = settling((_exchange, _state, head) => {
        heads.push([head.status, head.header('x-hook')])
        return undefined
      })
      await app.register(
        async (inner: FastifyInstance) => {
          await inner.register(runPolicies, { uses: [seen] })
          inner.addHook('onSend', async (_request, own) => void own.code(201).header('x-hook', 'yes'))
          inner.setNotFoundHandler((_request, own) => void own.code(404).send('not here'))
          inner.get('/in', async () => 'in')
        },
        { prefix: '/scope' },
      )
      app.get('/out', async () => 'out')
      for (const url of ['/scope/in', '/out', '/scope/nowhere', '/nowhere']) await app.inject(url)
      expect(heads).toEqual([
        [201, 'yes'],
        [201, 'yes'],
      ])
      await app.close()
    })

    it('leave the response as it is where none has anything to settle', async () => {
      const app = fastify()
      await app.register(runPolicies, { uses: [deciding(() => ({ type: 'next', state: undefined }))] })
      app.get('/', async (_request, { raw }) => ['writeHead', 'write', 'end'].filter((one) => Object.hasOwn(raw, one)))
      expect((await app.inject('/')).json()).toEqual([])
      await app.close()
    })
  })

  it(`${name}: what a page of another site sends is refused, with what hooks of others add`, async () => {
    const app = fastify()
    await app.register(refuseCrossSite, { trusted: ['https://admin.example'] })
    app.addHook('onSend', async (_request, own) => void own.header('x-hook', 'yes'))
    app.post('/', async () => 'done')
    const from = async (origin: string): Promise<unknown> => {
      const { statusCode, headers } = await app.inject({ method: 'POST', url: '/', headers: { origin } })
      return [statusCode, headers['content-type'], headers['x-hook']]
    }
    expect(await from('https://evil.example')).toEqual([403, 'application/problem+json', 'yes'])
    expect(await from('https://admin.example')).toEqual([200, 'text/plain; charset=utf-8', 'yes'])
    await expect(
      fastify()
        .register(refuseCrossSite, { trusted: ['admin.example'] })
        .ready(),
    ).rejects.toThrow('an origin')
    await app.close()
  })
}
