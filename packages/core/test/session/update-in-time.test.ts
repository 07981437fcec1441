import { manualClock } from '@redstart/testing'
import { afterAll, expect, it } from 'vitest'
import { createRedstart } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { closeAll, codeOf, openInstance, type Opened } from './browser.ts'

afterAll(closeAll)

function opening(updateTimeout?: number): Opened & { readonly clock: ReturnType<typeof manualClock> } {
  const clock = manualClock(1000)
  const sessions = updateTimeout === undefined ? {} : { updateTimeout }
  return { ...openInstance(memory(), { clock, sessions }), clock }
}

/** What the function of an update waits for, and whoever ends that. */
function waiting(): { readonly value: Promise<number>; end(value: number): void } {
  let end: (value: number) => void = () => undefined
  const value = new Promise<number>((resolve) => (end = resolve))
  return { value, end: (given) => end(given) }
}

it.each(['a stored session', 'a new one'])('an update of %s ends though its function does not', async (which) => {
  const { clock, browser: visit } = opening()
  const browser = visit()
  if (which === 'a stored session') await browser.request((session) => (session['views'] = 1))
  const late = waiting()
  const answer = browser.request(async (session, request) => {
    const updated = codeOf(session.update('views', async () => await late.value))
    await clock.advanceAsync(29_000)
    const { underWay } = request
    underWay?.catch(() => undefined)
    expect(underWay).toBeDefined()
    await clock.advanceAsync(2000)
    expect(await updated).toBe('LOAD_TIMEOUT')
    expect(request.underWay).toBeUndefined()
    // What it still returns is thrown away.
    late.end(7)
    await clock.advanceAsync(1000)
    return session['views']
  })
  const before = which === 'a stored session' ? 1 : undefined
  expect([(await answer).value, await browser.read('views')]).toEqual([before, before])
})

it('an update may take as long as the option says, all its attempts together', async () => {
  const { clock, browser: visit } = opening(5000)
  const browser = visit()
  await browser.request((session) => (session['views'] = 0))
  let calls = 0
  await browser.request(async (session) => {
    const updated = codeOf(
      session.update('views', async () => {
        calls += 1
        // Somebody else is always faster.
        await browser.copy().send(async (other) => await other.update('views', () => calls * 100))
        await clock.advanceAsync(2000)
        return calls
      }),
    )
    expect(await updated).toBe('LOAD_TIMEOUT')
  })
  expect([calls, await browser.read('views')]).toEqual([3, 300])
})

it('what the function throws is the error of the update, however late', async () => {
  const { clock, browser: visit } = opening()
  const browser = visit()
  await browser.request((session) => (session['views'] = 1))
  await browser.request(async (session) => {
    const thrown = new Error('no')
    const updated = session.update('views', async () => {
      await clock.advanceAsync(10)
      throw thrown
    })
    await expect(updated).rejects.toBe(thrown)
  })
  // No timer is left behind.
  await clock.advanceAsync(2000)
  expect(clock.pending()).toBeLessThanOrEqual(1)
})

it('the option is a duration', () => {
  for (const updateTimeout of [0, -1, 'soon'])
    expect(() => createRedstart({ sessions: { updateTimeout: updateTimeout as number } })).toThrow(/updateTimeout/)
})
