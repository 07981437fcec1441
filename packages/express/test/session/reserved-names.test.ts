import { describe, expect, it } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { startApp } from './session-app.ts'

const RESERVED = ['login', 'logout', 'id', 'userId', 'cookie', 'save', 'constructor', 'toString', '__proto__']

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}: a name of the session's own`, () => {
    it.each(RESERVED)(
      'is refused where it is assigned as a field, and the error says what to do: %s',
      async (field) => {
        const { browser } = await startApp({
          express,
          routes: (app) => {
            app.get('/assign', (req, res) => {
              try {
                Reflect.set(req.session, field, { userId: 'admin' })
                res.end('assigned')
              } catch (error) {
                res.end(`${String(error)} ${req.session.userId}`)
              }
            })
          },
        })
        const { body } = await browser().get('/assign')
        expect(body).toMatch(
          `RedstartError: the name of a session field is "${field}"; expected a name that is not one of`,
        )
        expect(body).toMatch(/ undefined$/)
        if (field === 'userId') expect(body).toContain('session.login(userId)')
      },
    )

    it('is refused before anything is stored where it was defined past that', async () => {
      const { browser, errors } = await startApp({
        express,
        routes: (app) => {
          app.get('/define', (req, res) => {
            Object.defineProperty(req.session, 'login', { value: 1, enumerable: true })
            res.end('defined')
          })
        },
      })
      const answer = await browser().get('/define')
      expect([answer.status, answer.cookies]).toEqual([500, []])
      expect(answer.body).not.toContain('defined')
      expect(errors).toMatchObject([{ code: 'INVALID_ARGUMENT', message: expect.stringContaining('"login"') }])
    })
  })
}
