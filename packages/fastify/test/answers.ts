import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** Every way to answer that Fastify has; a held answer must be the one that was not. */
export const ANSWERS: Readonly<Record<string, (reply: FastifyReply) => unknown>> = {
  'a text': (reply) => reply.send('grüße'),
  'an object': () => ({ a: 1 }),
  bytes: (reply) => reply.send(Buffer.from('bytes')),
  nothing: (reply) => reply.code(204).send(),
  'a redirect': (reply) => reply.redirect('/there'),
  'a stream': (reply) => reply.send(Readable.from(['one', 'two', 'three'])),
  'a stream of the web': (reply) => reply.send(new Blob(['one', 'two']).stream()),
  'a Response': (reply) => reply.send(new Response('made', { status: 201, headers: { 'x-a': '1' } })),
  'a thrown error': () => {
    throw Object.assign(new Error('wrong'), { statusCode: 422 })
  },
  cookies: (reply) => reply.header('set-cookie', 'a=1').header('set-cookie', 'b=2').send('x'),
  'what is not found': (reply) => reply.callNotFound(),
  'a hijacked reply': (reply) => {
    reply.hijack()
    reply.raw.writeHead(202, { 'x-a': '1' })
    reply.raw.write('one')
    reply.raw.end('two')
  },
}
