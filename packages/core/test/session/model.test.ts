import { manualClock } from '@redstart/testing'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { closeAll, openInstance } from './browser.ts'
import { runSteps, steps } from './model.ts'

afterAll(closeAll)

it('a browser with several tabs is signed out by nothing but a log-out, a revocation or another log-in', async () => {
  let rotations = 0
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const clock = manualClock(1)
      const opened = openInstance(memory(), { clock, sessions: { rotateEvery: '10s', grace: '5s', touchAfter: 0 } })
      await runSteps(opened, all, async (long) => clock.advance(long ? 30_000 : 11_000))
      rotations += opened.of('session.rotated').filter(({ phase }) => phase === 'taken').length
      await opened.close()
    }),
    { numRuns: 120 },
  )
  // It was about something.
  expect(rotations).toBeGreaterThan(20)
}, 60_000)
