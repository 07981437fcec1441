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
