import express from 'express'
import { expect, it } from 'vitest'
import { refuseCrossSite } from '../src/index.ts'
import { withApp } from './settled-app.ts'

it('refuses what a page of another site sends, and lets pass what one of ours does', async () => {
  const app = express()
  let handled = 0
  app.use(refuseCrossSite(), (_request, response) => {
    handled += 1
    response.end('done')
  })
  await withApp(app, async (port) => {
    const url = `http://127.0.0.1:${port}/`
    const ask = async (method: string, headers: Record<string, string>): Promise<[number, string | null]> => {
      const response = await fetch(url, { method, headers })
      return [response.status, response.headers.get('content-type')]
    }
    expect(await ask('POST', { origin: 'https://evil.example' })).toEqual([403, 'application/problem+json'])
    expect(handled).toBe(0)
    expect((await ask('POST', { origin: `http://127.0.0.1:${port}` }))[0]).toBe(200)
    expect((await ask('GET', { origin: 'https://evil.example' }))[0]).toBe(200)
    expect((await ask('POST', {}))[0]).toBe(200)
  })
})
