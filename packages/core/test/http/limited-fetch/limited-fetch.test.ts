import { manualClock } from '@redstart/testing'
import { describe, expect, it } from 'vitest'
import { limitedFetch, type LimitedFetchOptions } from '../../../src/http/limited-fetch/limited-fetch.ts'

type Answering = (request: Request, n: number) => Response | Promise<Response>

/** A server that notes when what was asked, and a fetch that asks it. */
function asking(answer: Answering, options: LimitedFetchOptions = {}) {
  const clock = manualClock()
  const sent: { readonly at: number; readonly path: string; readonly method: string; readonly body: string }[] = []
  const ask = limitedFetch({
    jitter: 0,
    clock,
    fetch: async (request) => {
      const n = sent.length
      const at = clock.now()
      const { pathname } = new URL(request.url)
      sent.push({ at, path: pathname, method: request.method, body: await request.text() })
      return await answer(request, n)
    },
    ...options,
  })
  return { clock, sent, ask, times: () => sent.map(({ at }) => at) }
}

function limited(retryAfter: string, status = 429): Response {
  return new Response('no', { status, headers: { 'retry-after': retryAfter } })
}

const URL_OF_ORDERS = 'https://api.example/orders'

describe('a request that was refused', () => {
  it('is sent again when Retry-After has passed', async () => {
    const { ask, clock, times } = asking((_request, n) => (n === 0 ? limited('2') : new Response('yes')))
    const answer = ask(URL_OF_ORDERS)
    await clock.advanceAsync(1999)
    expect(times()).toEqual([0])
    await clock.advanceAsync(1)
    expect(await (await answer).text()).toBe('yes')
    expect(times()).toEqual([0, 2000])
    expect(clock.pending()).toBe(0)
  })

  it('is sent again with its body and its method', async () => {
    const { ask, clock, sent } = asking((_request, n) => (n < 2 ? limited('1') : new Response('yes')))
    const bodies = ['text', new URLSearchParams({ a: '1' }), new TextEncoder().encode('bytes'), new Blob(['blob'])]
    for (const body of bodies) {
      sent.length = 0
      const answer = ask(URL_OF_ORDERS, { method: 'POST', body })
      await clock.advanceAsync(2000)
      expect((await answer).status).toBe(200)
      expect(sent.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST'])
      expect(new Set(sent.map((one) => one.body)).size).toBe(1)
      expect(sent[0]?.body).not.toBe('')
    }
  })

  it.each<[string, () => [string | Request, RequestInit?]]>([
    [
      'a stream',
      () => [URL_OF_ORDERS, { method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' } as RequestInit],
    ],
    ['of a Request with a body', () => [new Request(URL_OF_ORDERS, { method: 'POST', body: 'x' })]],
  ])('is not sent again where its body can be sent once: %s', async (_name, made) => {
    const { ask, sent } = asking(() => limited('1'))
    const answer = await ask(...made())
    expect([answer.status, await answer.text()]).toEqual([429, 'no'])
    expect(sent).toHaveLength(1)
  })

  it('is sent again where it is a Request without a body', async () => {
    const { ask, clock, times } = asking((_request, n) => (n === 0 ? limited('1') : new Response('yes')))
    const answer = ask(new Request(URL_OF_ORDERS, { headers: { accept: 'text/plain' } }))
    await clock.advanceAsync(1000)
    expect((await answer).status).toBe(200)
    expect(times()).toEqual([0, 1000])
  })

  it.each([
    ['GET', 503, 2],
    ['POST', 503, 1],
    ['POST', 429, 2],
    ['PUT', 503, 2],
    ['GET', 500, 1],
  ])('%s with %d is sent %d times', async (method, status, times) => {
    const { ask, clock, sent } = asking(() => limited('1', status), { retries: 1 })
    const answer = ask(URL_OF_ORDERS, { method })
    await clock.advanceAsync(2000)
    expect((await answer).status).toBe(status)
    expect(sent).toHaveLength(times)
  })

  it('is given back as it is after so many times, or where the wait is too long', async () => {
    const many = asking(() => limited('1'), { retries: 3 })
    const answer = many.ask(URL_OF_ORDERS)
    await many.clock.advanceAsync(10_000)
    expect(await (await answer).text()).toBe('no')
    expect(many.times()).toEqual([0, 1000, 2000, 3000])
    const long = asking(() => limited('31'))
    expect(await (await long.ask(URL_OF_ORDERS)).text()).toBe('no')
    const none = asking(() => new Response('no', { status: 429 }))
    expect((await none.ask(URL_OF_ORDERS)).status).toBe(429)
    expect(none.sent).toHaveLength(1)
  })
})

describe('requests after a refusal', () => {
  it('wait as well, and are not sent where that takes too long', async () => {
    const { ask, clock, times } = asking((_request, n) => (n === 0 ? limited('60') : new Response('yes')))
    expect((await ask(URL_OF_ORDERS)).status).toBe(429)
    await expect(ask(URL_OF_ORDERS)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('60 s'),
    })
    await clock.advanceAsync(40_000)
    const later = ask(URL_OF_ORDERS)
    await clock.advanceAsync(20_000)
    expect((await later).status).toBe(200)
    expect(times()).toEqual([0, 60_000])
  })

  it('to other origins and partitions do not wait', async () => {
    const { ask, sent } = asking((_request, n) => (n === 0 ? limited('9') : new Response('yes')), {
      retries: 0,
      partition: (request) => request.headers.get('authorization') ?? '',
    })
    const answers = [
      await ask(URL_OF_ORDERS),
      await ask('https://other.example/'),
      await ask(URL_OF_ORDERS, { headers: { authorization: 'Bearer 2' } }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([429, 200, 200])
    expect(sent.map(({ at }) => at)).toEqual([0, 0, 0])
  })

  it('end with the signal of who asks, waiting or under way', async () => {
    const { ask, clock } = asking((_request, n) => (n === 0 ? limited('9') : new Response('yes')))
    const controller = new AbortController()
    const waiting = [ask(URL_OF_ORDERS, { signal: controller.signal }), ask(URL_OF_ORDERS)]
    await clock.advanceAsync(1000)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(waiting[0]).rejects.toBe(reason)
    await clock.advanceAsync(8000)
    expect((await waiting[1])?.status).toBe(200)
    await expect(ask(URL_OF_ORDERS, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(clock.pending()).toBe(0)
  })
})

describe('a quota', () => {
  /** A fixed window of a second. */
  function windowed(limit: number) {
    let [began, taken] = [0, 0]
    return asking((): Response => {
      const at = made.clock.now()
      if (at >= began + 1000) [began, taken] = [at, 0]
      if (taken >= limit) refusals.count++
      else taken++
      const left = began + 1000 - at
      return new Response(null, {
        headers: {
          'ratelimit-policy': `"a";q=${limit};w=1`,
          ratelimit: `"a";r=${limit - taken};t=${Math.ceil(left / 1000)}`,
        },
      })
    })
  }
  const refusals = { count: 0 }
  let made: ReturnType<typeof windowed>

  it('is used up and waited for, in the order of who asked', async () => {
    refusals.count = 0
    made = windowed(3)
    await made.ask('https://api.example/first')
    const done: number[] = []
    const answers = Array.from({ length: 8 }, async (_, n) => {
      await made.ask(`https://api.example/${n}`)
      done.push(n)
    })
    await made.clock.advanceAsync(10_000)
    await Promise.all(answers)
    expect(refusals.count).toBe(0)
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(made.times()).toEqual([0, 0, 0, 1000, 1000, 1000, 2000, 2000, 2000])
  })

  it('of something else than requests holds nobody back', async () => {
    const { ask, times } = asking(
      () =>
        new Response(null, { headers: { ratelimit: '"a";r=0;t=9', 'ratelimit-policy': '"a";q=9;qu="content-bytes"' } }),
    )
    await ask(URL_OF_ORDERS)
    await ask(URL_OF_ORDERS)
    expect(times()).toEqual([0, 0])
  })

  it('goes on after a request that failed', async () => {
    const { ask, clock, times } = asking((_request, n) => {
      if (n === 0) return new Response(null, { headers: { ratelimit: '"a";r=0;t=1' } })
      if (n === 1) throw new TypeError('no network')
      return new Response(null)
    })
    await ask(URL_OF_ORDERS)
    const answers = Promise.allSettled([ask(URL_OF_ORDERS), ask(URL_OF_ORDERS), ask(URL_OF_ORDERS)])
    await clock.advanceAsync(1000)
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(times()).toEqual([0, 1000, 1000, 1000])
  })

  it('that is told by nobody any more is none', async () => {
    const { ask, clock, times } = asking(
      (_request, n) => new Response(null, n === 0 ? { headers: { ratelimit: '"a";r=0;t=1' } } : {}),
    )
    await ask(URL_OF_ORDERS)
    const answers = Promise.all(Array.from({ length: 5 }, async () => await ask(URL_OF_ORDERS)))
    await clock.advanceAsync(1000)
    await answers
    expect(times()).toEqual([0, 1000, 1000, 1000, 1000, 1000])
  })
})

it('waits longer by a share of the jitter', async () => {
  const { ask, clock, times } = asking((_request, n) => (n === 0 ? limited('10') : new Response('yes')), {
    jitter: 0.5,
  })
  const answer = ask(URL_OF_ORDERS)
  await clock.advanceAsync(15_001)
  expect((await answer).status).toBe(200)
  expect(times()[1]).toBeGreaterThanOrEqual(10_000)
  expect(times()[1]).toBeLessThanOrEqual(15_001)
})

it('keeps the process alive by itself, and asks by the global fetch', async () => {
  const ask = limitedFetch()
  expect(await (await ask('data:,hello')).text()).toBe('hello')
})

it.each([
  { retries: -1 },
  { retries: 1.5 },
  { jitter: 2 },
  { jitter: Number.NaN },
  { maxWait: '1 minute' },
  { fetch: 'fetch' },
  { partition: 'all' },
  { maxwait: '1s' },
  null,
])('refuses %j', (options) => {
  expect(() => limitedFetch(options as never)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})
