import { createRedstart, type Redstart, type Session } from '@redstart/core'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { session, type SessionEnv } from '../../src/index.ts'

interface Fields {
  views: number
  note: string
}

function instance(namespace = 'session'): Redstart<Fields> {
  const redstart = createRedstart<Fields>({ sessions: { namespace } })
  onTestFinished(async () => await redstart.close())
  return redstart
}

/** What a browser would send next. */
function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((one) => one.split(';', 1)[0])
    .join('; ')
}

describe('the variable', () => {
  it('is the session, with c.get and with c.var, beside others', async () => {
    const app = new Hono<{ Variables: { other: number } }>()
    app.use(async (c, next) => {
      c.set('other', 1)
      await next()
    })
    const own = app.use(session(instance())).get('/', (c) => {
      c.set('other', c.get('other') + 1)
      c.var.session.views = 1
      const same = c.get('session') === c.var.session
      return c.json([same, Object.keys(c.var).sort(), c.var.other, Object.keys(c.get('session'))])
    })
    expect(await (await own.request('/')).json()).toEqual([true, ['other', 'session'], 2, ['views']])
  })

  it('has the type of the instance, where nothing is said', () => {
    new Hono().use(session(instance())).get('/', (c) => {
      expectTypeOf(c.var.session).toEqualTypeOf<Session<Fields>>()
      expectTypeOf(c.get('session').views).toEqualTypeOf<number | undefined>()
      return c.body(null)
    })
    new Hono().use(session(instance(), { as: 'staff', load: 'lazy' })).get('/', (c) => {
      expectTypeOf(c.var.staff).toEqualTypeOf<() => Promise<Session<Fields> | undefined>>()
      return c.body(null)
    })
    expectTypeOf<SessionEnv<Fields, 'staff'>>().toEqualTypeOf<{ Variables: { staff: Session<Fields> } }>()
  })

  it('tells caches only where a handler looked at it', async () => {
    const app = new Hono<SessionEnv<Fields>>().use(session(instance()))
    app.get('/plain', (c) => c.text('plain'))
    app.get('/var', (c) => c.json(c.var.session.views ?? 0))
    app.get('/get', (c) => c.json(c.get('session').views ?? 0))
    const varies = async (path: string): Promise<string | null> => (await app.request(path)).headers.get('vary')
    expect([await varies('/plain'), await varies('/var'), await varies('/get')]).toEqual([null, 'Cookie', 'Cookie'])
  })

  it('set to null ends the session; nothing else can be set', async () => {
    const app = new Hono().use(session(instance()))
    app.get('/', (c) => {
      c.var.session.views = (c.var.session.views ?? 0) + 1
      return c.json(c.var.session.views)
    })
    app.get('/null', (c) => {
      // What an application without types may do.
      c.set('session', null as never)
      return c.json(c.get('session'))
    })
    app.get('/other', (c) => {
      c.set('session', {} as never)
      return c.body(null)
    })
    app.onError((error, c) => c.text(error.message, 500))
    const cookie = cookieOf(await app.request('/'))
    expect(await (await app.request('/other', { headers: { cookie } })).text()).toContain(
      'c.var.session is not replaced',
    )
    expect(await (await app.request('/', { headers: { cookie } })).json()).toBe(2)
    const ended = await app.request('/null', { headers: { cookie } })
    expect([await ended.json(), cookieOf(ended)]).toEqual([null, 'sid='])
    expect(await (await app.request('/', { headers: { cookie } })).json()).toBe(1)
  })

  it('is the new one after it was begun anew', async () => {
    const app = new Hono().use(session(instance())).get('/', async (c) => {
      c.var.session.note = 'old'
      await c.var.session.regenerate()
      c.var.session.views = 7
      return c.json(Object.keys(c.var.session))
    })
    const response = await app.request('/')
    expect(await response.json()).toEqual(['views'])
    expect(cookieOf(response)).toMatch(/^sid=/)
  })

  it('is loaded when a handler asks, where that was left to it', async () => {
    const redstart = instance()
    const app = new Hono()
      .get('/eager', session(redstart), (c) => {
        c.var.session.note = 'kept'
        return c.body(null)
      })
      .get('/lazy', session(redstart, { load: 'lazy' }), async (c) => c.json((await c.var.session())?.note))
      .get('/never', session(redstart, { load: 'lazy' }), (c) => c.text('never'))
    const headers = { cookie: cookieOf(await app.request('/eager')) }
    expect(await (await app.request('/lazy', { headers })).json()).toBe('kept')
    expect((await app.request('/never', { headers })).headers.get('vary')).toBeNull()
  })
})

describe('several middlewares', () => {
  it('with the same sessions are one', async () => {
    const redstart = instance()
    const app = new Hono().use(session(redstart)).use('/inner/*', session(redstart))
    app.get('/inner/views', (c) => {
      c.var.session.views = 1
      return c.body(null)
    })
    expect((await app.request('/inner/views')).headers.getSetCookie()).toHaveLength(1)
  })

  it('with sessions of their own stand side by side', async () => {
    const staff = session(instance('staff'), { as: 'staff', cookie: { name: 'staff' } })
    const app = new Hono()
      .use(session(instance()))
      .use(staff)
      .get('/', (c) => {
        c.var.session.note = 'guest'
        c.var.staff.note = 'cook'
        return c.json([c.var.session.note, c.var.staff.note])
      })
    const response = await app.request('/')
    expect([await response.json(), response.headers.getSetCookie().length]).toEqual([['guest', 'cook'], 2])
  })

  it('that want the same place, or share sessions under two names, are an error', async () => {
    const redstart = instance()
    const message = async (...given: readonly Parameters<Hono['use']>[0][]): Promise<string> => {
      const app = new Hono()
      for (const one of given) app.use('*', one as never)
      app.onError((error, c) => c.text(error.message, 500)).get('/', (c) => c.text('handled'))
      return await (await app.request('/')).text()
    }
    const other = async (c: { set(name: string, value: unknown): void }, next: () => Promise<void>): Promise<void> => {
      c.set('session', {})
      await next()
    }
    expect(await message(other as never, session(redstart) as never)).toContain('c.var.session is there already')
    expect(await message(session(redstart) as never, session(instance('b')) as never)).toContain('is there already')
    expect(await message(session(redstart) as never, session(redstart, { as: 'b' }) as never)).toContain(
      'whoever is signed in to one would be to the other',
    )
  })
})

it('an option that nobody knows, and what are no sessions, are refused when the middleware is made', () => {
  const redstart = instance()
  // What callers without types may pass.
  expect(() => session(redstart, { secret: 'x' } as never)).toThrow('session() has no option "secret"')
  expect(() => session(redstart, { as: '' })).toThrow('the name of a property')
  expect(() => session(redstart, { cookie: { sameSite: 'none', secure: false } })).toThrow(
    'has SameSite=None and is not secure',
  )
  expect(() => session({} as never)).toThrow('what createRedstart() returns')
})

it('sessions may depend on the request', async () => {
  const tenants: Readonly<Record<string, Redstart<Fields>>> = { a: instance('a'), b: instance('b') }
  const app = new Hono().use(session<Fields>(async (c) => tenants[c.req.query('tenant') ?? ''] ?? expect.unreachable()))
  app.get('/', (c) => {
    c.var.session.views = (c.var.session.views ?? 0) + 1
    return c.json(c.var.session.views)
  })
  const headers = { cookie: cookieOf(await app.request('/?tenant=a')) }
  expect(await (await app.request('/?tenant=a', { headers })).json()).toBe(2)
  expect(await (await app.request('/?tenant=b', { headers })).json()).toBe(1)
})

it('events leave one by one, and what is changed on their way is stored', async () => {
  let goOn = (): void => {}
  const second = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const app = new Hono().use(session(instance()))
  app.get('/events', (c) =>
    streamSSE(c, async (stream) => {
      await stream.writeSSE({ data: 'first' })
      await second
      c.var.session.note = 'at the end'
      await stream.writeSSE({ data: 'second' })
    }),
  )
  app.get('/views', (c) => {
    c.var.session.views = 1
    return c.json(c.var.session.note ?? null)
  })
  const headers = { cookie: cookieOf(await app.request('/views')) }
  const response = await app.request('/events', { headers })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader?.read())?.value).toBe('data: first\n\n')
  goOn()
  let rest = ''
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) rest += read.value
  expect(rest).toBe('data: second\n\n')
  await expect.poll(async () => await (await app.request('/views', { headers })).text()).toBe('"at the end"')
})
