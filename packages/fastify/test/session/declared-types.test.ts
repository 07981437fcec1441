import { createServer } from 'node:http2'
import { createRedstart, type Session } from '@redstart/core'
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify'
import { expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { loadSession, session, type SessionFields, sessionOf } from '../../src/index.ts'
import './session-app.ts'

interface StaffFields {
  desk: number
}

it('a request has a session of the fields that an application declares', () => {
  expectTypeOf<FastifyRequest['session']>().toEqualTypeOf<Session<SessionFields>>()
  expectTypeOf<FastifyRequest['session']['views']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<FastifyRequest['session']['userId']>().toEqualTypeOf<string | undefined>()
  expectTypeOf(sessionOf<StaffFields>).returns.toEqualTypeOf<Session<StaffFields>>()
  expectTypeOf(loadSession<StaffFields>).returns.resolves.toEqualTypeOf<Session<StaffFields>>()
})

it('instances with data of any type are taken, by applications of any kind', async () => {
  const staff = createRedstart<StaffFields>()
  onTestFinished(async () => await staff.close())
  const app = fastify()
  onTestFinished(async () => await app.close())
  await app.register(session, { redstart: staff })
  await app.register(session, { redstart: createRedstart().sessions, as: 'other', cookie: { name: 'other' } })
  // @ts-expect-error there is no such option
  await expect(app.register(session, { redstart: staff, secret: 'x' })).rejects.toThrow(
    'session() has no option "secret"',
  )
  const secure = fastify({ http2: true, serverFactory: (handler) => createServer(handler) })
  onTestFinished(async () => await secure.close())
  await secure.register(session, { redstart: staff })
  expect(secure.hasRequestDecorator('session')).toBe(true)
})

it('the config of a route says what it may say', async () => {
  const app: FastifyInstance = fastify()
  app.get('/none', { config: { session: false } }, async () => 0)
  app.get('/lazy', { config: { session: { load: 'lazy' } } }, async () => 0)
  // @ts-expect-error there is no such way
  app.get('/never', { config: { session: { load: 'never' } } }, async () => 0)
  await app.close()
})
