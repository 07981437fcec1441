import { createRedstart, fixedWindow } from '@redstart/core'
import { fastify, type FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import { rateLimit, type RateLimitPluginOptions, type RateLimitRouteConfig } from '../../src/index.ts'

const POLICIES = {
  two: fixedWindow({ limit: 2, window: '1h' }),
  five: fixedWindow({ limit: 5, window: '1h' }),
} as const
const DIRECT = { clientAddress: 'framework' } as const

async function appWith(
  options: Omit<RateLimitPluginOptions, 'redstart'>,
  routes: Readonly<Record<string, RateLimitRouteConfig | undefined>> = {},
): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(rateLimit, { redstart: createRedstart({ policies: POLICIES }), ...options })
  for (const [url, config] of Object.entries(routes))
    app.route({
      method: ['GET', 'POST'],
      url,
      ...(config !== undefined && { config: { rateLimit: config } }),
      handler: async () => 'yes',
    })
  return app
}

/** What is left of each policy. */
async function told(app: FastifyInstance, url: string): Promise<string | undefined> {
  const { headers } = await app.inject({ url, payload: { user: 'ada' }, method: 'POST' })
  return headers['ratelimit']?.toString().replace(/;t=\d+/g, '')
}

describe('the config of a route', () => {
  it('takes the place of what the plugin was registered with, and may be none', async () => {
    const app = await appWith(
      { policies: 'five', ...DIRECT },
      { '/usual': undefined, '/own': { policies: 'two' }, '/none': false },
    )
    expect(await told(app, '/usual')).toBe('"five";r=4')
    expect(await told(app, '/own')).toBe('"two";r=1')
    expect(await told(app, '/none')).toBeUndefined()
    expect(await told(app, '/nowhere')).toBe('"five";r=3')
  })

  it('is all there is where the plugin has no policies of its own', async () => {
    const rules = [{ policies: 'two' }, { policies: 'five', match: 'POST /own' }]
    const app = await appWith(DIRECT, { '/usual': undefined, '/own': { rules } })
    expect(await told(app, '/usual')).toBeUndefined()
    expect(await told(app, '/own')).toBe('"two";r=1, "five";r=4')
  })

  it('may ask behind the body', async () => {
    const key = ({ body }: { readonly body: unknown }): string => String(Reflect.get(Object(body) as object, 'user'))
    const app = await appWith(DIRECT, { '/login': { policies: 'two', key, hook: 'preHandler' } })
    const statuses: number[] = []
    for (const user of ['ada', 'ada', 'ada', 'bob'])
      statuses.push((await app.inject({ method: 'POST', url: '/login', payload: { user } })).statusCode)
    expect(statuses).toEqual([200, 200, 429, 200])
  })

  it.each([
    [true, 'boolean'],
    ['two', 'string'],
    [null, 'no policies'],
    [{}, 'no policies'],
    [{ policies: 'tow' }, 'did you mean two?'],
    [{ policies: 'two', match: 'orders' }, "'/orders/:id'"],
    [{ policies: 'two', hook: 'onSend' }, "'preHandler'"],
    [{ policies: 'two', rules: [{ policies: 'five' }] }, 'beside rules'],
    [{ cost: 2 }, 'without policies'],
    [{ policies: 'two', match: '/orders' }, 'requests of the route itself, GET /'],
    [{ policies: 'two', match: 'POST /' }, 'requests of the route itself, GET /'],
    [{ rules: [{ policies: 'two' }, { policies: 'five', match: ['/', '/orders'] }] }, '"/orders"'],
  ])('is refused where it is %j', async (config, message) => {
    const app = await appWith(DIRECT)
    expect(() =>
      app.route({ method: 'GET', url: '/', config: { rateLimit: config as never }, handler: async () => 'no' }),
    ).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }))
  })
})

describe('what a config matches', () => {
  it.each([
    ['/orders/:id', '/orders/:order'],
    ['/orders/:id', 'GET /orders/7'],
    ['/orders/:id', 'HEAD /orders/*'],
    ['/orders/:id(^\\d+$)', '/orders/7'],
    ['/orders/:id?', '/orders'],
    ['/:from-:to', '/2025-2026'],
    ['/files/*', '/files/a/b'],
    ['/caf\u00e9', '/Caf%C3%A9/'],
    ['/a::b', '/a%3Ab'],
    ['/(odd)', '/%28odd%29'],
    ['/', '*'],
  ])('may be for %s: %s', async (url, match) => {
    await expect(appWith(DIRECT, { [url]: { policies: 'two', match } })).resolves.toBeDefined()
  })

  it.each([
    ['/orders/:id', '/orders'],
    ['/orders/:id', '/orders/:id/items'],
    ['/orders/:id', 'DELETE /orders/:id'],
    ['/orders/:id', '/bills/:id'],
    ['/files/*', '/file/a'],
    ['/a::b', '/a/b'],
    ['/', '/index'],
  ])('is not for %s: %s', async (url, match) => {
    await expect(appWith(DIRECT, { [url]: { policies: 'two', match } })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })

  it('is looked at below the prefix of its scope', async () => {
    const app = fastify()
    await app.register(rateLimit, { redstart: createRedstart({ policies: POLICIES }), ...DIRECT })
    const register = (match: string): unknown =>
      app.register(
        async (scope) => {
          scope.get('/orders', { config: { rateLimit: { policies: 'two', match } } }, async () => 'yes')
        },
        { prefix: match.includes('v1') ? '/v1' : '/v2' },
      )
    await register('/v1/orders')
    await expect(register('/orders')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

it.each([
  [{ policies: 'two' }, 'has no key'],
  [{ cost: 2, ...DIRECT }, 'without policies'],
  [{ policies: 'two', rules: [], ...DIRECT }, 'beside rules'],
  [{ policies: 'two', hook: 'preParsing', ...DIRECT }, "'preHandler'"],
  [{ policies: 'two', maximum: 5, ...DIRECT }, 'maximum'],
])('registering with %j is refused', async (options, message) => {
  await expect(appWith(options as never)).rejects.toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }),
  )
})

it('holds for its scope alone, and the routes in it', async () => {
  const app = fastify()
  const redstart = createRedstart({ policies: POLICIES })
  app.get('/outside', async () => 'yes')
  await app.register(async (scope) => {
    await scope.register(rateLimit, { redstart, policies: 'two', ...DIRECT })
    scope.get('/inside', async () => 'yes')
  })
  expect((await app.inject('/outside')).headers['ratelimit']).toBeUndefined()
  expect((await app.inject('/inside')).headers['ratelimit']?.toString()).toMatch(/^"two";r=1/)
})
