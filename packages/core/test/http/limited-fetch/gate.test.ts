import { manualClock } from '@redstart/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { limitedFetch } from '../../../src/http/limited-fetch/limited-fetch.ts'

it('no order of answers, refusals and failures leaves a request waiting for ever, or a timer behind', async () => {
  const answer = fc.record({
    takes: fc.nat(3000),
    status: fc.constantFrom(200, 200, 200, 429, 503),
    remaining: fc.option(fc.nat(3), { nil: undefined }),
    reset: fc.option(fc.nat(4), { nil: undefined }),
    retryAfter: fc.option(fc.nat(8), { nil: undefined }),
    fails: fc.constantFrom(false, false, false, true),
  })
  const asked = fc.array(fc.tuple(fc.nat(5000), answer, fc.option(fc.nat(6000), { nil: undefined })), {
    minLength: 1,
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(asked, async (requests) => {
      const clock = manualClock()
      const answers = requests.map(([, one]) => one)
      const ask = limitedFetch({
        clock,
        maxWait: '5s',
        fetch: async () => {
          const { takes, status, remaining, reset, retryAfter, fails } = answers.shift() ?? { ...LAST }
          await new Promise<void>((resolve) => void clock.schedule(takes, resolve))
          if (fails) throw new TypeError('no network')
          return new Response(null, {
            status,
            headers: {
              ...(remaining !== undefined && {
                ratelimit: `"a";r=${remaining}${reset === undefined ? '' : `;t=${reset}`}`,
              }),
              ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
            },
          })
        },
      })
      const settled = requests.map(async ([at, , abortAfter]) => {
        await new Promise<void>((resolve) => void clock.schedule(at, resolve))
        const controller = new AbortController()
        const cancel = abortAfter === undefined ? undefined : clock.schedule(abortAfter, () => controller.abort())
        const [result] = await Promise.allSettled([ask('https://api.example/', { signal: controller.signal })])
        cancel?.()
        return result.status
      })
      let left = settled.length
      for (const one of settled) void one.then(() => left--)
      for (let n = 0; n < 100 && left > 0; n++) await clock.advanceAsync(1000)
      expect(left).toBe(0)
      expect(clock.pending()).toBe(0)
    }),
    { numRuns: 60 },
  )
})

const LAST = {
  takes: 0,
  status: 200,
  remaining: undefined,
  reset: undefined,
  retryAfter: undefined,
  fails: false,
} as const
