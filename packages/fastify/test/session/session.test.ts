import { describe, expect, it } from 'vitest'
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
  })
}
