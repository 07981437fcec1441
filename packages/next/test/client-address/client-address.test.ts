import '../next-environment.ts'
import { createRedstart, fixedWindow, type RedstartError } from '@redstart/core'
import type { AddressModel } from '@redstart/core/http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { arrivalHere } from '../../src/client-address/arrivals.ts'
import { limitRoute, registerClientAddress } from '../../src/http.ts'
import { runningApp } from '../route/running-app.ts'

const POLICIES = { two: fixedWindow({ limit: 2, window: '1h' }) } as const
type Ask = Awaited<ReturnType<typeof runningApp>>

async function limitedApp(
  clientAddress: AddressModel,
  registers: boolean,
  onError?: (error: unknown) => void,
): Promise<Ask> {
  const redstart = createRedstart({ policies: POLICIES })
  onTestFinished(async () => await redstart.close())
  const limited = limitRoute(redstart, { policies: 'two', clientAddress }, async () => new Response('yes'))
  const GET = async (request: Request): Promise<Response> => {
    try {
      return await limited(request, undefined)
    } catch (error) {
      onError?.(error)
      throw error
    }
  }
  return await runningApp({ '/': { GET } }, { registers })
}

async function statuses(ask: Ask, forwarded: readonly string[]): Promise<number[]> {
  const found: number[] = []
  for (const address of forwarded) found.push((await ask('/', { headers: { 'x-forwarded-for': address } })).status)
  return found
}

describe('the address of a client', () => {
  it('is that of who has connected, whatever X-Forwarded-For says', async () => {
    const ask = await limitedApp({ hops: 0 }, true)
    expect(await statuses(ask, ['203.0.113.1', '203.0.113.2', '203.0.113.3'])).toEqual([200, 200, 429])
  })

  it('is what a proxy says that is known by its address', async () => {
    const ask = await limitedApp({ proxies: ['loopback'] }, true)
    expect(await statuses(ask, ['203.0.113.1', '203.0.113.1', '203.0.113.1', '203.0.113.2'])).toEqual([
      200, 200, 429, 200,
    ])
    // What the client wrote itself stands in front of what the proxy has added.
    expect(await statuses(ask, ['198.51.100.9, 203.0.113.1'])).toEqual([429])
  })

  it('is not what others than the known proxies say', async () => {
    const ask = await limitedApp({ proxies: ['10.0.0.0/8'] }, true)
    expect(await statuses(ask, ['203.0.113.1', '203.0.113.2', '203.0.113.3'])).toEqual([200, 200, 429])
  })

  it.each([{ hops: 0 }, { proxies: ['loopback'] }, { header: 'cf-connecting-ip', from: ['loopback'] }] as const)(
    'is not known without registerClientAddress(), and the error says what to do: %j',
    async (model) => {
      const errors: unknown[] = []
      const ask = await limitedApp(model, false, (error) => void errors.push(error))
      expect((await ask('/')).status).toBe(500)
      const [error] = errors as readonly RedstartError[] // as the next line says
      expect([error?.code, error?.message]).toEqual([
        'NO_CLIENT_ADDRESS',
        expect.stringContaining('registerClientAddress()'),
      ])
    },
  )

  it('is that of each of many requests, also on connections that are kept', async () => {
    const GET = async (request: Request): Promise<Response> => {
      await new Promise((resolve) => setTimeout(resolve, Number(request.headers.get('x-wait'))))
      return Response.json([request.headers.get('x-own'), arrivalHere()?.headers['x-own'], arrivalHere()?.peer])
    }
    const ask = await runningApp({ '/': { GET } })
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const own = `request ${n}`
        const answer = await ask('/', { headers: { 'x-own': own, 'x-wait': String((n * 7) % 20) } })
        expect(await answer.json()).toEqual([own, own, '127.0.0.1'])
      }),
    )
  })

  it('is forgotten when it is told to stop, and registered once', async () => {
    const stop = registerClientAddress()
    const again = registerClientAddress()
    again()
    const GET = async (): Promise<Response> => Response.json(arrivalHere()?.peer ?? 'unknown')
    const ask = await runningApp({ '/': { GET } }, { registers: false })
    expect(await (await ask('/')).json()).toBe('127.0.0.1')
    stop()
    expect(await (await ask('/')).json()).toBe('unknown')
  })
})
