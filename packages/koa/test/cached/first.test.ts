import { createRedstart } from '@redstart/core'
import type { Middleware } from 'koa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cacheResponse } from '../../src/index.ts'
import { listen } from '../koa-app.ts'
import { ENDS, loadKoa } from '../koa-versions.ts'

for (const name of ENDS) {
  const Koa = loadKoa(name)

  /** The answers to a request of a page that nobody has asked for, and to the same one again. */
  async function twice(method: string, inFront?: Middleware): Promise<readonly Answer[]> {
    const redstart = createRedstart()
    const app = new Koa()
    if (inFront !== undefined) app.use(inFront)
    app.use(cacheResponse(redstart, { ttl: '1m' }))
    app.use((ctx) => {
      ctx.set({ 'x-page': 'menu', vary: 'accept-language' })
      ctx.body = { dish: 'soufflé' }
    })
    const { port, close } = await listen(app)
    onTestFinished(async () => {
      await close()
      await redstart.close()
    })
    const ask = async (): Promise<Answer> => {
      const answer = await fetch(`http://127.0.0.1:${port}/menu`, { method })
      const headers = Object.fromEntries(answer.headers)
      for (const own of ['date', 'age', 'cache-status', 'connection', 'keep-alive']) delete headers[own]
      return { status: answer.status, headers, body: await answer.text(), hit: answer.headers.has('age') }
    }
    // What Koa itself answers HEAD with is stored by nobody.
    if (method === 'HEAD') await fetch(`http://127.0.0.1:${port}/menu`)
    return [await ask(), await ask()]
  }

  describe(`${name}: a hit`, () => {
    it('is the answer of its handler where no middleware stands in front of the cache', async () => {
      const [made, hit] = await twice('GET')
      expect(made).toMatchObject({ status: 200, hit: false, body: '{"dish":"soufflé"}', headers: { 'x-page': 'menu' } })
      expect(hit?.hit).toBe(true)
      expect({ ...hit, hit: false, headers: { ...hit?.headers, etag: undefined } }).toEqual({
        ...made,
        headers: { ...made?.headers, etag: undefined },
      })
    })

    it('of HEAD has no body, and the length that it would have', async () => {
      const [, hit] = await twice('HEAD')
      expect(hit).toMatchObject({ status: 200, body: '', headers: { 'content-length': '19' } })
    })

    it('is seen by middleware in front, which may change it', async () => {
      const seen: unknown[] = []
      const [, hit] = await twice('GET', async (ctx, next) => {
        await next()
        seen.push([ctx.status, String(ctx.body), ctx.length])
        ctx.set('x-seen', 'yes')
      })
      expect(seen).toEqual([
        [200, '[object Object]', 19],
        [200, '{"dish":"soufflé"}', 19],
      ])
      expect(hit).toMatchObject({ status: 200, hit: true, headers: { 'x-seen': 'yes', 'x-page': 'menu' } })
    })
  })
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** From the cache. */
  readonly hit: boolean
}
