import { Readable } from 'node:stream'
import { cacheResponse } from '@redstart/express'
import apicache from 'apicache'
import express, { type RequestHandler } from 'express'
import { oursFor, TTL } from '../ours.ts'
import { inPieces, page, type Path, readyPages } from '../pages.ts'
import { portOf } from '../../port-of.ts'
import { PEERS, READY, type Stack } from '../stacks.ts'

export async function listenWithExpress(stack: Stack, url: string): Promise<number> {
  const app = express()
  app.disable('x-powered-by')
  const caches = await cachesOf(stack, url)
  for (const path of ['/fast', '/slow'] as const)
    app.get(`${path}/:id`, ...caches, stack.name === READY ? sendsReady() : makes(path))
  app.get('/stream/:id', ...caches, (request, response) => {
    Readable.from(inPieces(String(request.params['id']))).pipe(response.type('json'))
  })
  return await portOf((ready) => app.listen(0, '127.0.0.1', ready))
}

/** As its documentation sets it up. */
async function cachesOf(stack: Stack, url: string): Promise<readonly RequestHandler[]> {
  const redstart = await oursFor(stack, url)
  if (redstart !== undefined) return [cacheResponse(redstart, { ttl: TTL })]
  return stack.name === PEERS.Express ? [apicache.middleware('1 hour') as RequestHandler] : [] // Its types know no Express.
}

function makes(path: Path): RequestHandler<{ id: string }> {
  return async (request, response) => void response.json(await page(path, request.params.id))
}

function sendsReady(): RequestHandler<{ id: string }> {
  const pages = readyPages()
  return (request, response) => {
    const ready = pages.get(request.params.id)
    response.writeHead(200, ready?.headers).end(ready?.bytes)
  }
}
