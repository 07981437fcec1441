import { describe, expect, it, onTestFinished } from 'vitest'
import { privateReason } from '../../src/http/caching/private-mark.ts'
import type { HttpPolicy } from '../../src/http/index.ts'
import { sessionPolicy, type SessionPolicyOptions, type SessionState } from '../../src/http/session-policy.ts'
import { createRedstart, type Redstart } from '../../src/redstart.ts'
import type { SessionData, SessionOptions } from '../../src/session/settings.ts'
import { headOf, type MadeExchange, madeExchange, type MadeFrom } from './made-exchange.ts'

type State = SessionState<SessionData>
type Policy = HttpPolicy<State>

interface Made {
  readonly redstart: Redstart
  readonly policy: Policy
  /** What the policy decides of an exchange. */
  begin(from?: MadeFrom): Promise<{ readonly exchange: MadeExchange; readonly state: State }>
}

function made(options?: SessionPolicyOptions, sessions: SessionOptions = {}): Made {
  const redstart = createRedstart({ sessions })
  onTestFinished(async () => await redstart.close())
  const policy = sessionPolicy(redstart.sessions, options)
  return {
    redstart,
    policy,
    async begin(from) {
      const exchange = madeExchange(from)
      const decision = await policy.decide(exchange)
      if (decision.type !== 'next') throw new Error('The policy replied')
      return { exchange, state: decision.state }
    },
  }
}

/** The `Cookie` header of who was given a cookie. */
function cookieOf({ given }: MadeExchange): Readonly<Record<string, string>> {
  const set = given.find(([name]) => name === 'set-cookie')?.[1] ?? ''
  return { cookie: set.split(';', 1)[0] ?? '' }
}

describe('the policy of sessions', () => {
  it('has nothing to wait for where nothing is to be stored', async () => {
    const { policy, begin } = made()
    const { exchange, state } = await begin()
    expect(policy.settle?.(exchange, state, headOf())).toBeUndefined()
    expect(exchange.given).toEqual([])
  })

  it('stores before the head leaves, and says so to browser and caches', async () => {
    const { policy, begin } = made()
    const { exchange, state } = await begin()
    Object.assign(state.opened?.session ?? {}, { cart: 1 })
    const settled = policy.settle?.(exchange, state, headOf())
    expect(settled).toBeInstanceOf(Promise)
    expect(exchange.given).toEqual([])
    await settled
    expect(exchange.given.map(([name]) => name)).toEqual(['set-cookie', 'cache-control', 'vary'])
    const next = await begin({ headers: cookieOf(exchange) })
    expect(next.state.opened?.session?.['cart']).toBe(1)
  })

  it('stores nothing of a handler that failed', async () => {
    const { policy, begin } = made()
    const { exchange, state } = await begin()
    Object.assign(state.opened?.session ?? {}, { cart: 1 })
    await policy.settle?.(exchange, state, headOf(500))
    expect(exchange.given).toEqual([])
  })

  it('stores nothing of it when its answer has ended either', async () => {
    const { policy, begin } = made()
    const first = await begin()
    Object.assign(first.state.opened?.session ?? {}, { cart: 1 })
    await policy.settle?.(first.exchange, first.state, headOf())
    const from = { headers: cookieOf(first.exchange) }
    const { exchange, state } = await begin(from)
    Object.assign(state.opened?.session ?? {}, { cart: 2 })
    expect(await policy.settle?.(exchange, state, headOf(500, []))).toBeUndefined()
    expect((await begin(from)).state.opened?.session?.['cart']).toBe(1)
  })

  it('opens nothing by itself with load: lazy, and once where it is asked twice', async () => {
    const { policy, begin } = made({ load: 'lazy' })
    const { exchange, state } = await begin()
    expect(state.opened).toBeUndefined()
    expect(policy.settle?.(exchange, state, headOf())).toBeUndefined()
    const other = (await begin()).state
    expect(await other.open()).toBe(await other.open())
    expect(other.opened).toBe(await other.open())
  })

  it('captures what is sent without a length, and stores at its end what was changed on the way', async () => {
    for (const end of ['finish', 'abort'] as const) {
      const { policy, begin } = made()
      const first = await begin()
      Object.assign(first.state.opened?.session ?? {}, { cart: 1 })
      await policy.settle?.(first.exchange, first.state, headOf())
      const headers = cookieOf(first.exchange)
      const { exchange, state } = await begin({ headers })
      const settlement = await policy.settle?.(exchange, state, headOf(200, []))
      if (settlement?.type !== 'capture') throw new Error('Nothing was captured')
      Object.assign(state.opened?.session ?? {}, { cart: 2 })
      settlement.capture.write?.(new Uint8Array())
      void settlement.capture[end](undefined)
      // What a handler does that is told at the same time that its client has gone.
      if (end === 'abort') Object.assign(state.opened?.session ?? {}, { cart: 3 })
      await expect
        .poll(async () => (await begin({ headers })).state.opened?.session?.['cart'])
        .toBe(end === 'abort' ? 3 : 2)
    }
  })

  it('sets no cookie for a session that is opened when the head has left, or while it leaves', async () => {
    const { policy, begin } = made({ load: 'lazy' })
    const [late, between] = [await begin(), await begin()]
    const opening = between.state.open()
    for (const { exchange, state } of [late, between]) await policy.settle?.(exchange, state, headOf(200, []))
    for (const opened of [await late.state.open(), await opening])
      await expect(opened.session?.login('ada')).rejects.toMatchObject({ code: 'HEADERS_SENT' })
    expect([late.exchange.given, between.exchange.given]).toEqual([[], []])
  })

  it('lets no log-in come between what it stores and the head', async () => {
    const { policy, begin } = made()
    const { exchange, state } = await begin()
    Object.assign(state.opened?.session ?? {}, { cart: 1 })
    const settled = policy.settle?.(exchange, state, headOf(200, []))
    const login = state.opened?.session?.login('ada')
    await expect(login).rejects.toMatchObject({ code: 'HEADERS_SENT' })
    await settled
    expect(exchange.given.filter(([name]) => name === 'set-cookie')).toHaveLength(1)
  })

  it('replaces the answer where something cannot be stored, and tells what that was', async () => {
    const { policy, begin } = made()
    const { exchange, state } = await begin()
    const failures: unknown[] = []
    state.onFailed = (error) => failures.push(error)
    Object.assign(state.opened?.session ?? {}, { cart: () => 1 })
    const settlement = await policy.settle?.(exchange, state, headOf())
    expect(settlement).toMatchObject({ type: 'replace', reply: { status: 500 } })
    expect(failures).toMatchObject([{ code: 'UNSUPPORTED_VALUE' }])
    expect(exchange.given).toEqual([])
  })

  it('sends the cookie of what has begun, whatever could not be stored after it', async () => {
    const { policy, begin, redstart } = made()
    const { exchange, state } = await begin()
    await state.opened?.session?.login('ada')
    Object.assign(state.opened?.session ?? {}, { cart: () => 1 })
    expect(await policy.settle?.(exchange, state, headOf())).toMatchObject({ type: 'replace', reply: { status: 500 } })
    expect(exchange.given.map(([name]) => name)).toEqual(['set-cookie'])
    const [value = ''] = /u1[\w.-]+/.exec(cookieOf(exchange)['cookie'] ?? '') ?? []
    expect((await redstart.sessions.get(value))?.userId).toBe('ada')
  })

  it('is a 429 where a client begins too many sessions', async () => {
    const { policy, begin } = made({}, { anonymousLimit: { max: 1 } })
    const statuses: unknown[] = []
    for (let n = 0; n < 2; n++) {
      const { exchange, state } = await begin()
      Object.assign(state.opened?.session ?? {}, { cart: 1 })
      const settlement = await policy.settle?.(exchange, state, headOf())
      statuses.push(settlement?.type === 'replace' ? settlement.reply.status : undefined)
    }
    expect(statuses).toEqual([undefined, 429])
  })

  it('ends a session that the application took from its request, even if the handler failed', async () => {
    const { policy, begin, redstart } = made()
    for (const status of [500, 200]) {
      const { cookie } = await redstart.sessions.create({ userId: 'ada' })
      // The second time there is no session to end any more; who wants to be signed out loses the cookie as well.
      for (let n = 0; n < 2; n++) {
        const { exchange, state } = await begin({ headers: { cookie: `sid=${cookie.value}` } })
        state.isUnset = () => true
        await policy.settle?.(exchange, state, headOf(status))
        expect(await redstart.sessions.user('ada').list()).toEqual([])
        const cookies = exchange.given.filter(([name]) => name === 'set-cookie')
        expect(cookies).toEqual([['set-cookie', expect.stringMatching(/^sid=; Max-Age=0; /)]])
      }
    }
  })

  it('does not count a page that the browser fetches beforehand as a use', async () => {
    const { redstart } = made()
    const hows: unknown[] = []
    const { open } = redstart.sessions
    const watched = {
      ...redstart.sessions,
      open: (...given: Parameters<typeof open>) => (hows.push(given[2]), open(...given)),
    }
    const policy = sessionPolicy(watched)
    for (const purpose of [undefined, 'prefetch', 'prefetch;prerender', 'other'])
      await policy.decide(
        madeExchange({ headers: { cookie: 'sid=x', ...(purpose !== undefined && { 'sec-purpose': purpose }) } }),
      )
    expect(hows).toMatchObject([{ touch: true }, { touch: false }, { touch: false }, { touch: true }])
  })

  it('makes nothing of a request without its cookie before the session is looked at', async () => {
    const { redstart, policy } = made()
    let asked = 0
    const decision = policy.decide({
      ...madeExchange({ headers: { cookie: 'other=1' } }),
      get address() {
        asked += 1
        return '203.0.113.7'
      },
    })
    if (decision instanceof Promise || decision.type !== 'next') throw new Error('There was something to wait for')
    expect(policy.settle?.(madeExchange(), decision.state, headOf())).toBeUndefined()
    expect(asked).toBe(0)
    expect(redstart.sessions.openNew({}).pending).toBe(false)
  })

  it('takes no word for load but two', () => {
    const { redstart } = made()
    expect(() => sessionPolicy(redstart.sessions, { load: 'never' as 'lazy' })).toThrow("expected 'eager' or 'lazy'")
  })
})

describe('a request whose handler looks at its session', () => {
  it('is marked, also without a cookie, but not by being opened, stored or answered', async () => {
    const { policy, begin } = made()
    const { exchange, state } = await begin()
    await state.open()
    await policy.settle?.(exchange, state, headOf())
    expect([state.used, privateReason(exchange.request)]).toEqual([false, undefined])
    state.use()
    state.use()
    expect([state.used, privateReason(exchange.request)]).toEqual([true, 'session'])
    const other = await begin()
    expect(privateReason(other.exchange.request)).toBeUndefined()
  })

  it('is marked when it ends the session by taking it away', async () => {
    const { policy, begin } = made()
    const { exchange, state } = await begin()
    state.isUnset = () => true
    await policy.settle?.(exchange, state, headOf())
    expect(privateReason(exchange.request)).toBe('session')
  })
})
