import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, eventually, open } from '../../src/http/client.ts'
import { type RedisServer, startRedis } from '../../src/index.ts'
import { bundle, type Program } from '../http-sessions/processes/bundle.ts'
import { LARGE_BYTES, type ServeOrders, type ServeReport } from './serve.ts'

const MIB = 1024 * 1024

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

interface Served {
  readonly port: number
  report(): Promise<ServeReport>
  end(): Promise<void>
}

describe.each(['express', 'koa', 'hono', 'fastify'])('%s in processes of its own', (framework) => {
  let program: Program | undefined
  beforeAll(async () => {
    program = await bundle(`../../http-cached/${framework}.child.ts`, `packages/${framework}`)
  })
  afterAll(async () => await program?.remove())

  it.each(['write', 'pipe', 'web'])('a stream of 100 MB to a slow reader takes little memory: %s', async (way) => {
    const served = await serve(program, { url: undefined, app: 'slow' })
    try {
      await ask(served.port, `/small/${way}`)
      const { memory } = await served.report()
      const response = await open(served.port, `/large/${way}`)
      let bytes = 0
      for await (const chunk of response) {
        bytes += (chunk as Uint8Array).length // no encoding is set
        // Slower than the handler by far.
        if (bytes % (MIB / 2) < (chunk as Uint8Array).length) await setTimeout(5)
      }
      expect(bytes).toBe(LARGE_BYTES)
      const { peak } = await served.report()
      expect((peak - memory) / MIB).toBeLessThan(32)
    } finally {
      await served.end()
    }
  })

  it('two of them run each page once at most each, and serve what the other stored', async () => {
    const orders = { url: server.url, app: `app-${randomUUID()}` }
    const served = await Promise.all([serve(program, orders), serve(program, orders)])
    try {
      const paths = Array.from({ length: 10 }, (_, n) => `/page/${n}`)
      await Promise.all(
        served.flatMap(({ port }) =>
          paths.flatMap((path) => Array.from({ length: 20 }, async () => await isPage(port, path))),
        ),
      )
      for (const one of served) {
        const { handled }: ServeReport = await one.report()
        expect(new Set(handled).size).toBe(handled.length)
      }
      const [one, two] = served
      await isPage(one.port, '/shared/0')
      // The answer may leave before Redis has it.
      let n = 0
      await eventually(async () => {
        await isPage(one.port, `/shared/${n}`)
        return (await isPage(two.port, `/shared/${n++}`)).startsWith('Redstart; hit')
      }, 'a page of the other one')
    } finally {
      await Promise.all(served.map(async (one) => await one.end()))
    }
  })
})

/** @returns what the cache said. */
async function isPage(port: number, path: string): Promise<string> {
  const { body, headers } = await ask(port, path, { headers: { host: 'app.example' } })
  expect(body.toString()).toBe(path)
  return headers['cache-status'] ?? ''
}

async function serve(program: Program | undefined, orders: ServeOrders): Promise<Served> {
  if (program === undefined) throw new Error('there is no program')
  const child = fork(program.file, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  await once(child, 'message')
  // What such a program answers.
  const { port } = (await told(child, orders)) as { readonly port: number }
  return {
    port,
    report: async () => (await told(child, 'report')) as ServeReport,
    end: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function told(child: ChildProcess, message: ServeOrders | 'report'): Promise<unknown> {
  const answer = once(child, 'message')
  child.send(message)
  return (await answer)[0]
}
