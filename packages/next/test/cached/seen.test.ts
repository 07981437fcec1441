import '../next-environment.ts'
import { describe, expect, it } from 'vitest'
import { cacheResponse } from '../../src/http.ts'
import type { Handler } from '../route/next-server.ts'
import { runningApp } from '../route/running-app.ts'
import { instance } from './cached-app.ts'

describe('what a handler looks at is seen', () => {
  /** What a visitor is told of the cache who sends a cookie and another header. */
  async function cameOfIt(handler: Handler, around = (inner: Handler) => inner): Promise<string | null> {
    const GET = cacheResponse(instance(), { ttl: '1m', audit: 'strict', cookies: 'ignore' }, handler)
    const ask = await runningApp({ '/': { GET: around(GET) } })
    return (await ask('/', { headers: { cookie: 'theme=dark', 'x-lang': 'en' } })).headers.get('cache-status')
  }
  const UNKEYED = 'Redstart; fwd=uri-miss; detail=unkeyed-input'

  it.each<[string, (request: Request) => unknown]>([
    ['a clone', (request) => request.clone().headers.get('x-lang')],
    ['a clone of a clone', (request) => request.clone().clone().headers.get('x-lang')],
    ['a copy of the headers', (request) => new Headers(request.headers).get('x-lang')],
  ])('in %s', async (_, look) => {
    expect(await cameOfIt((request) => Response.json(look(request)))).toBe(UNKEYED)
  })

  it('through cookies(), though something in front has asked for them', async () => {
    const { cookies } = await import('#next/headers')
    const themed: Handler = async () => Response.json((await cookies()).get('theme')?.value)
    const asked =
      (inner: Handler): Handler =>
      async (request, context) => {
        await cookies()
        return await inner(request, context)
      }
    expect([await cameOfIt(themed), await cameOfIt(themed, asked)]).toEqual([UNKEYED, UNKEYED])
  })

  it('and nothing that it has not looked at', async () => {
    expect(await cameOfIt((request) => new Response(request.clone().url))).toBe('Redstart; fwd=uri-miss; stored')
  })
})
