import { expect, it } from 'vitest'
import { refuseCrossSite } from '../src/index.ts'
import { ask } from './ask.ts'
import { ENDS, loadKoa } from './koa-versions.ts'
import { withApp } from './settled-app.ts'

it.each(ENDS)('%s: refuses what a page of another site sends, and lets pass what one of ours does', async (name) => {
  const koa = loadKoa(name)
  const app = new koa()
  let handled = 0
  app.use(refuseCrossSite())
  app.use((ctx) => {
    handled += 1
    ctx.body = 'done'
  })
  await withApp(app, async (port) => {
    const said = async (method: string, headers: Record<string, string>): Promise<unknown> => {
      const answer = await ask(port, '/', { method, headers })
      return [answer.status, answer.headers['content-type']]
    }
    expect(await said('POST', { origin: 'https://evil.example' })).toEqual([403, 'application/problem+json'])
    expect(handled).toBe(0)
    const done = [200, 'text/plain; charset=utf-8']
    expect(await said('POST', { origin: `http://127.0.0.1:${port}` })).toEqual(done)
    expect(await said('GET', { origin: 'https://evil.example' })).toEqual(done)
    expect(await said('POST', {})).toEqual(done)
  })
})
