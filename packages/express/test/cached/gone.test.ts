import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { createRedstart } from '@redstart/core'
import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { cacheResponse } from '../../src/index.ts'

it('who waits for a client that has gone waits no longer, though its handler never answers or pipes into nothing', async () => {
  const redstart = createRedstart()
  onTestFinished(async () => await redstart.close())
  let runs = 0
  const app = express().use(cacheResponse(redstart, { ttl: '1h' }))
  app.get('/{*page}', (request, response) => {
    runs += 1
    if (runs > 1) response.send('whole')
    else if (request.path === '/piped') request.on('close', () => new PassThrough().end('late').pipe(response))
  })
  for (const page of ['/silent', '/piped']) {
    runs = 0
    const server = app.listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port
    const leader = http.get(`${base}${page}`)
    leader.on('error', () => undefined)
    await expect.poll(() => runs).toBe(1)
    const others = Array.from({ length: 5 }, async () => await (await fetch(`${base}${page}`)).text())
    // They have come when one more, which is asked nothing, is answered.
    await fetch(`${base}${page}`, { method: 'POST' })
    leader.destroy()
    expect(new Set(await Promise.all(others))).toEqual(new Set(['whole']))
    expect(runs).toBe(2)
  }
})
