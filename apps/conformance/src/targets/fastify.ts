import { Buffer } from 'node:buffer'
import type { Redstart } from '@redstart/core'
import { cacheResponse, runPolicies, usePolicy } from '@redstart/fastify'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { standardAnswerOf } from '../origin/answer.ts'
import { bystander } from './bystander.ts'
import type { Layer, Mounted } from './mount.ts'
import { PROFILES } from './profiles.ts'

export async function mountFastify(layer: Layer, redstart: Redstart): Promise<Mounted> {
  const app = Fastify()
  // No handler of the suite reads a body.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.addHttpMethod('M-SEARCH', { hasBody: true })
  await putInFront(app, layer, redstart)
  app.all('/*', answer)
  await app.ready()
  return { listener: (request, response) => app.routing(request, response), close: () => app.close() }
}

async function putInFront(app: FastifyInstance, layer: Layer, redstart: Redstart): Promise<void> {
  if (layer === 'nothing') return
  if (layer === 'bystander') await app.register(runPolicies, { uses: [usePolicy(bystander)] })
  else await app.register(cacheResponse, { redstart, ...PROFILES[layer] })
}

function answer({ raw }: FastifyRequest, reply: FastifyReply): void {
  const given = standardAnswerOf(raw)
  if (given === undefined) {
    reply.hijack()
    raw.socket.destroy()
    return
  }
  reply.code(given.status)
  for (const [name, value] of given.headers) reply.header(name, value)
  // Of a text, Fastify would change the type.
  reply.send(given.body === undefined ? undefined : Buffer.from(given.body))
}
