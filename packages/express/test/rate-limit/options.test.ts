import { createRedstart, fixedWindow } from '@redstart/core'
import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { rateLimit } from '../../src/index.ts'
import { listen } from '../express-app.ts'

const POLICIES = { two: fixedWindow({ limit: 2, window: '1h' }) } as const

it('keys, costs and refusals are given the request', async () => {
  const redstart = createRedstart({ policies: POLICIES })
  const app = express().use(express.json())
  app.post(
    '/login',
    rateLimit(redstart, {
      policies: 'two',
      key: async (req) => String(Reflect.get(Object(req.body) as object, 'account')),
      cost: (req) => Number(req.get('x-cost') ?? 1),
      refuse: ({ retryAfterMs = 0 }, req) => ({
        status: 429,
        headers: [],
        body: `${req.path} ${Math.ceil(retryAfterMs / 3_600_000)}h`,
      }),
    }),
    (_req, res) => void res.json('in'),
  )
  const { port, close } = await listen(app)
  onTestFinished(close)
  const logIn = async (account: string, cost = '1'): Promise<string> => {
    const headers = { 'content-type': 'application/json', 'x-cost': cost }
    const response = await fetch(`http://127.0.0.1:${port}/login`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ account }),
    })
    return await response.text()
  }
  expect([await logIn('ada', '2'), await logIn('ada'), await logIn('bob')]).toEqual(['"in"', '/login 1h', '"in"'])
})

it('a route of which the limiter is away is answered as its policy says', async () => {
  const redstart = createRedstart({ policies: { two: fixedWindow({ limit: 2, window: '1h', onFailure: 'closed' }) } })
  const limit = rateLimit(redstart, { policies: 'two', clientAddress: { hops: 0 } })
  await redstart.close()
  const app = express()
  app.set('env', 'test')
  const { port, close } = await listen(app.get('/', limit, (_req, res) => void res.json('yes')))
  onTestFinished(close)
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(503)
})

it('names of policies are known to the compiler, and refused at the start', () => {
  const redstart = createRedstart({ policies: POLICIES })
  const framework = { clientAddress: 'framework' } as const
  const rules = [{ policies: 'two' }] as const
  // @ts-expect-error there is no such policy
  expect(() => rateLimit(redstart, { policies: 'tow', ...framework })).toThrow('did you mean two?')
  // @ts-expect-error nor in a rule
  expect(() => rateLimit(redstart, { rules: [{ policies: 'tow' }], ...framework })).toThrow('did you mean two?')
  // @ts-expect-error rules stand alone
  expect(() => rateLimit(redstart, { rules, policies: 'two', ...framework })).toThrow('beside rules')
  // @ts-expect-error no such option
  expect(() => rateLimit(redstart, { policies: 'two', ...framework, windowMs: 5 })).toThrow('windowMs')
})
