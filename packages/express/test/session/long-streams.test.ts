import { manualClock } from '@redstart/testing'
import { expect, it } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { startApp, usualRoutes } from './session-app.ts'

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  it(`${name}: what a stream changes at its end is stored, though the secret was replaced since`, async () => {
    const clock = manualClock(1000)
    let end: () => void = () => undefined
    const { browser, events } = await startApp({
      express,
      redstart: { clock },
      routes: (app) => {
        usualRoutes(app)
        app.get('/events', (req, res) => {
          res.writeHead(200, { 'content-type': 'text/event-stream' })
          res.write('data: hello\n\n')
          end = () => {
            req.session.views = 42
            res.end()
          }
        })
      },
    })
    const user = browser()
    await user.post('/login/ada')
    const { body } = await user.open('/events')
    for (let minutes = 0; minutes < 300; minutes += 20) {
      await clock.advanceAsync(20 * 60_000)
      expect((await user.get('/who')).json()).toMatchObject({ userId: 'ada' })
    }
    end()
    for await (const _ of body ?? []) continue
    await expect.poll(async () => (await user.get('/who')).json()['views']).toBe(42)
    expect(events.map(({ type }) => type)).not.toContain('session.lost')
    expect(events.map(({ type }) => type)).toContain('session.rotated')
  })
}

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  it(`${name}: what a stream did not wait for is stored at its end, or told as lost`, async () => {
    const { browser, events } = await startApp({
      express,
      redstart: { sessions: { updateTimeout: 40 } },
      routes: (app) => {
        usualRoutes(app)
        app.get('/events', (req, res) => {
          res.write('data: hello\n\n')
          void req.session.update('views', async (views: number | undefined) => (views ?? 0) + 1)
          if (req.query['never'] === 'ends') void req.session.update('views', () => new Promise<number>(() => {}))
          setTimeout(() => {
            // The head has left, and with it the last moment for a cookie.
            if (req.query['never'] === 'begins') void req.session.login('ada')
            setTimeout(() => res.end(), 20)
          }, 20)
        })
      },
    })
    const user = browser()
    await user.post('/login/ada')
    const lost = (): readonly string[] => events.flatMap((event) => (event.type === 'session.lost' ? event.reason : []))
    await user.get('/events')
    await expect.poll(async () => (await user.get('/who')).json()['views']).toBe(1)
    expect(lost()).toEqual([])
    await user.get('/events?never=ends')
    await expect.poll(lost).toEqual(['LOAD_TIMEOUT'])
    await user.get('/events?never=begins')
    await expect.poll(lost).toEqual(['LOAD_TIMEOUT', 'HEADERS_SENT'])
    expect((await user.get('/who')).json()).toMatchObject({ userId: 'ada', views: 3 })
  })
}
