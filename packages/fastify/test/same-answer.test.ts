import { describe, expect, it } from 'vitest'
import { runPolicies } from '../src/index.ts'
import { ANSWERS } from './answers.ts'
import { type Answer, ask } from './ask.ts'
import { FASTIFIES, listen, loadFastify, withFiles } from './fastify-app.ts'
import { atOnce, late, settling } from './policies.ts'

/** Those that only a server has as well. */
const ALL: typeof ANSWERS = {
  ...ANSWERS,
  'an empty text': (reply) => reply.send(''),
  'a message of its own': (reply) => {
    reply.raw.statusMessage = 'Quite Fine'
    return reply.send('x')
  },
  'early hints': async (reply) => {
    await new Promise<void>((resolve) => {
      reply.raw.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' }, resolve)
    })
    return 'page'
  },
  trailers: (reply) => reply.trailer('x-sum', async () => '1').send('body'),
  'a file': (reply) => reply.sendFile('ask.ts'),
  'a file that is not there': (reply) => reply.sendFile('nothing.txt'),
  'a length that is wrong': (reply) => reply.header('content-length', '3').send('four'),
  'a stream that fails at once': (reply) => reply.send(failing()),
  'a hijacked reply of one piece': (reply) => {
    reply.hijack()
    reply.raw.end('one')
  },
  'a hijacked reply whose head is flushed': (reply) => {
    reply.hijack()
    reply.raw.flushHeaders()
    setTimeout(() => reply.raw.end('later'), 20)
  },
}

function failing(): ReadableStream {
  return new ReadableStream({ start: (controller) => controller.error(new Error('no')) })
}

const shows = settling(() => ({ type: 'capture', capture: { write: () => {}, finish: () => {}, abort: () => {} } }))

const WAYS = { held: [[late]], once: [[atOnce]], twice: [[late], [shows, atOnce]] }

for (const name of FASTIFIES) {
  const fastify = loadFastify(name)

  const answersOf = async (how: string, registered: readonly (typeof WAYS.held)[number][]): Promise<Answer[]> => {
    const app = fastify()
    await withFiles(app)
    for (const uses of registered) await app.register(runPolicies, { uses })
    app.get('/', (_request, reply) => ALL[how]?.(reply))
    const { port, close } = await listen(app)
    try {
      const get = await ask(port, 'GET', '/')
      // Fastify itself answers HEAD with two lengths then.
      return how === 'trailers' ? [get] : [get, await ask(port, 'HEAD', '/')]
    } finally {
      await close()
    }
  }

  describe(`${name}: an answer that was held is the one that was not`, () => {
    it.each(Object.keys(ALL))('%s', async (how) => {
      const plain = await answersOf(how, [])
      for (const [way, registered] of Object.entries(WAYS)) {
        const held = await answersOf(how, registered)
        for (const { headers } of held) expect(headers).toContain('x-settled: yes')
        const without = held.map(({ headers, ...others }) => ({
          ...others,
          headers: headers.filter((line) => line !== 'x-settled: yes'),
        }))
        expect({ way, answers: without }).toEqual({ way, answers: plain })
      }
    })
  })
}
