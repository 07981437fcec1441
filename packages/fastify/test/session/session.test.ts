import { createRedstart, type Session } from '@redstart/core'
import fastifyPlugin from 'fastify-plugin'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { describe, expect, it } from 'vitest'
import { loadSession, session, sessionOf } from '../../src/index.ts'
import { FASTIFIES, loadFastify } from '../fastify-app.ts'
import { sessionApp, Visitor } from './session-app.ts'

for (const name of FASTIFIES) {
  const fastify = loadFastify(name)

  describe(`${name}: sessions`, () => {
    it('keep data, sign in and out', async () => {
      await using running = await sessionApp({ fastify })
      const visitor = new Visitor(running.app)
      expect((await visitor.ask('GET', '/who')).cookies).toEqual([])
      for (const views of [1, 2]) expect((await visitor.ask('GET', '/views')).json()).toEqual({ views })
      const before = visitor.jar.get('sid')
      const login = await visitor.ask('POST', '/login/ada')
      expect([login.statusCode, login.headers['location']]).toEqual([302, '/who'])
      expect(visitor.jar.get('sid')).not.toBe(before)
      expect((await visitor.ask('GET', '/who')).json()).toEqual({ userId: 'ada' })
      await visitor.ask('POST', '/logout')
      expect(visitor.jar.size).toBe(0)
      expect((await visitor.ask('GET', '/who')).json()).toEqual({ userId: null })
    })

    it('are stored with what hooks that come later did to them, and before a hijacked reply leaves', async () => {
      await using running = await sessionApp({
        fastify,
        routes: (app) => {
          app.addHook('onSend', async ({ session: own, url }) => {
            if (url === '/hooked') own.views = 7
          })
          app.get('/hooked', async () => 'text')
          app.get('/hijacked', ({ session: own }, reply) => {
            own.views = 9
            reply.hijack()
            reply.raw.end('by hand')
          })
        },
      })
      const visitor = new Visitor(running.app)
      await visitor.ask('GET', '/hooked')
      expect((await visitor.ask('GET', '/views')).json()).toEqual({ views: 8 })
      expect((await visitor.ask('GET', '/hijacked')).body).toBe('by hand')
      expect((await visitor.ask('GET', '/views')).json()).toEqual({ views: 10 })
    })

    it('end where one is set to null, and are set to nothing else', async () => {
      await using running = await sessionApp({
        fastify,
        routes: (app) => {
          app.post('/out', async (request) => {
            request.session = null
            return { is: request.session }
          })
          app.post('/replaced', async (request) => void Object.assign(request, { session: { userId: 'admin' } }))
        },
      })
      const visitor = new Visitor(running.app)
      await visitor.ask('POST', '/login/ada')
      const thief = new Visitor(running.app, visitor.jar)
      const replaced = await visitor.ask('POST', '/replaced')
      expect([replaced.statusCode, messageOf(replaced)]).toEqual([
        500,
        expect.stringContaining('request.session is not replaced'),
      ])
      expect((await visitor.ask('POST', '/out')).json()).toEqual({ is: null })
      expect(visitor.jar.size).toBe(0)
      expect((await thief.ask('GET', '/who')).json()).toEqual({ userId: null })
    })

    it('that a handler asks for who is not signed in are errors with a status', async () => {
      await using running = await sessionApp({
        fastify,
        routes: (app) => {
          app.get('/own', async (request) => request.session.requireUser())
          app.get('/staff', async (request) => request.session.requireRole('manager'))
        },
      })
      const visitor = new Visitor(running.app)
      expect((await visitor.ask('GET', '/own')).json()).toMatchObject({ statusCode: 401, code: 'NOT_SIGNED_IN' })
      await visitor.ask('POST', '/login/ada')
      expect((await visitor.ask('GET', '/own')).body).toBe('ada')
      expect((await visitor.ask('GET', '/staff')).json()).toMatchObject({ statusCode: 403, code: 'FORBIDDEN' })
    })
  })

  describe(`${name}: a route`, () => {
    it('has no session with session: false, and loads it itself with load: lazy', async () => {
      await using running = await sessionApp({
        fastify,
        routes: (app) => {
          app.get('/health', { config: { session: false } }, async (request) => {
            request.session = null
            expect(() => sessionOf(request)).toThrow('the request has no session')
            return { is: typeof request.session }
          })
          app.get(
            '/set',
            { config: { session: false } },
            async (request) => void Object.assign(request, { session: {} }),
          )
          app.get('/lazy', { config: { session: { load: 'lazy' } } }, async (request) => {
            const own = await loadSession<{ views: number }>(request)
            expect(await loadSession(request)).toBe(own)
            return { views: (own.views = (own.views ?? 0) + 1) }
          })
        },
      })
      const visitor = new Visitor(running.app)
      await visitor.ask('GET', '/views')
      const [cookie] = visitor.jar.values()
      for (const method of ['GET', 'HEAD'] as const) {
        const health = await visitor.ask(method, '/health')
        expect([health.statusCode, health.headers['vary'], health.cookies]).toEqual([200, undefined, []])
        expect(health.body).toBe(method === 'GET' ? '{"is":"undefined"}' : '')
      }
      expect(messageOf(await visitor.ask('GET', '/set'))).toContain('this route has no sessions')
      expect((await visitor.ask('GET', '/lazy')).json()).toEqual({ views: 2 })
      expect((await visitor.ask('GET', '/views')).json()).toEqual({ views: 3 })
      expect([...visitor.jar.values()]).toEqual([cookie])
    })

    it('may load it eagerly where others do not', async () => {
      await using running = await sessionApp({
        fastify,
        options: { load: 'lazy' },
        routes: (app) => {
          app.get('/eager', { config: { session: { load: 'eager' } } }, async (request) => typeof request.session.id)
          app.get('/other', async (request) => typeof request.session)
        },
      })
      const visitor = new Visitor(running.app)
      expect((await visitor.ask('GET', '/eager')).body).toBe('string')
      expect((await visitor.ask('GET', '/other')).body).toBe('function')
    })

    it.each([true, 'lazy', null, { load: 'never' }, { load: 'lazy', touch: false }])(
      'that says %j of its session is refused',
      async (config) => {
        await using running = await sessionApp({ fastify })
        const { app } = running
        expect(() => app.get('/x', { config: { session: config } as object }, async () => 0)).toThrow(
          'the route /x has',
        )
      },
    )
  })

  describe(`${name}: a scope`, () => {
    const withApp = async (
      test: (app: FastifyInstance, redstart: ReturnType<typeof createRedstart>) => Promise<void>,
    ) => {
      const [app, redstart] = [fastify(), createRedstart()]
      try {
        await test(app, redstart)
      } finally {
        await app.close()
        await redstart.close()
      }
    }

    it('has the sessions that are registered in it, and others do not', async () => {
      await withApp(async (app, redstart) => {
        await app.register(async (inner) => {
          await inner.register(session, { redstart })
          inner.get('/in', async (request) => typeof request.session)
        })
        app.get('/out', async (request) => typeof request.session)
        expect([(await app.inject('/in')).body, (await app.inject('/out')).body]).toEqual(['object', 'undefined'])
      })
    })

    it('refuses a second property of a name, and the same sessions under a second one', async () => {
      await withApp(async (app, redstart) => {
        await app.register(session, { redstart })
        await expect(app.register(session, { redstart })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
      })
      await withApp(async (app, redstart) => {
        app.decorateRequest('session', null as never)
        await expect(app.register(session, { redstart })).rejects.toThrow('request.session is there already')
      })
      await withApp(async (app, redstart) => {
        await app.register(session, { redstart })
        await app.register(session, { redstart, as: 'staff', cookie: { name: 'staff' } })
        app.get('/', async () => 0)
        expect(messageOf(await app.inject('/'))).toContain('request.staff would have the sessions of request.session')
      })
    })

    it('may have several kinds of sessions, with a word about each in the config of routes', async () => {
      await withApp(async (app, redstart) => {
        const staff = createRedstart({ sessions: { namespace: 'staff' } })
        await app.register(session, { redstart })
        await app.register(session, { redstart: staff.sessions, as: 'staff', cookie: { name: 'staff' } })
        const both = { config: { staff: false } as object }
        app.get('/login', async (request) => {
          await request.session.login('customer')
          await sessionOf(request, 'staff').login('colleague')
        })
        app.get('/who', async (request) => [request.session.userId, sessionOf(request, 'staff').userId])
        app.get('/customers', both, async (request) => [
          request.session.userId,
          Reflect.has(request, 'staff'),
          typeof Reflect.get(request, 'staff'),
        ])
        const visitor = new Visitor(app)
        await visitor.ask('GET', '/login')
        expect([...visitor.jar.keys()].sort()).toEqual(['sid', 'staff'])
        expect((await visitor.ask('GET', '/who')).json()).toEqual(['customer', 'colleague'])
        expect((await visitor.ask('GET', '/customers')).json()).toEqual(['customer', true, 'undefined'])
        await staff.close()
      })
    })

    it('is known to plugins that ask for the decorator or for the plugin', async () => {
      await withApp(async (app, redstart) => {
        await app.register(session, { redstart })
        const needs = fastifyPlugin(async () => {}, {
          decorators: { request: ['session'] },
          dependencies: ['@redstart/fastify'],
        })
        await app.register(needs)
        expect(app.hasRequestDecorator('session')).toBe(true)
        if (name === 'fastify-lowest') return
        app.get('/', async (request) => typeof request.getDecorator<Session>('session').login)
        expect((await app.inject('/')).body).toBe('function')
      })
    })
  })
}

function messageOf(answer: LightMyRequestResponse): string {
  return answer.json<{ readonly message: string }>().message
}
