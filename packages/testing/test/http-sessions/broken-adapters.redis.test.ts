import { AssertionError } from 'node:assert'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HttpAnswer, type RedisServer, sessionAdapterTests, startRedis } from '../../src/index.ts'
import { giveAnswer } from './give-answer.ts'
import { nodeAdapter, type NodeAdapterParts, PlainExchange } from './node-adapter.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

/** Sets a cookie in the place of those that are there. */
class LosingCookies extends PlainExchange {
  override appendHeader(name: string, value: string): void {
    this.setHeader(name, value)
  }
}

/** Believes whoever says so. */
class TrustingAll extends PlainExchange {
  override get secure(): boolean {
    return this.header('x-forwarded-proto') === 'https'
  }
}

/** As of a route, which is one for all requests. */
const ROUTE = {}

interface Broken extends Partial<NodeAdapterParts> {
  readonly how: string
  /** The tests that must fail. */
  readonly caughtBy: readonly (readonly [subject: string, test: string])[]
}

const BROKEN: readonly Broken[] = [
  {
    how: 'keeps the session on an object of the route',
    keptOn: () => ROUTE,
    caughtBy: [['many at the same time', '20 users with 200 requests at a time see only what is theirs']],
  },
  {
    how: 'loses cookies of the handler',
    exchange: LosingCookies,
    caughtBy: [['the cookie', 'stays beside the cookies of the handler']],
  },
  {
    how: 'gives the last one of several headers of a name',
    give: async (response, { headers = [], ...answer }) => {
      for (const [name, value] of headers) response.setHeader(name, value)
      await giveAnswer(response, answer)
    },
    caughtBy: [['the cookie', 'stays beside the cookies of the handler']],
  },
  {
    how: 'does not settle where the handler has thrown',
    policy: (policy) => ({
      ...policy,
      settle: (exchange, state, head) => (head.status < 500 ? policy.settle?.(exchange, state, head) : undefined),
    }),
    caughtBy: [
      ['a handler that fails', 'has signed somebody in where it came so far'],
      [
        'Redis is gone when somebody signs out',
        'the cookie is cleared, and the session is dead once Redis is back: /logout-cut',
      ],
    ],
  },
  {
    how: 'stores what a handler that failed has left',
    policy: (policy) => ({
      ...policy,
      settle: (exchange, state, head) =>
        policy.settle?.(exchange, state, { status: 200, headers: head.headers, header: (name) => head.header(name) }),
    }),
    caughtBy: [['a handler that fails', 'stores nothing, and its answer is an error']],
  },
  {
    how: 'does not wait for the store',
    policy: (policy) => ({
      ...policy,
      settle: (exchange, state, head) => {
        const { opened } = state
        void opened?.commit().catch(() => {})
        return opened?.cookie === undefined ? undefined : policy.settle?.(exchange, state, head)
      },
    }),
    caughtBy: [
      [
        'with 20 ms to Redis and back, what is changed is stored before the answer leaves',
        'a redirect that is followed',
      ],
      ['Redis is gone when a session is stored', 'it is a 503 with nothing of the answer'],
    ],
  },
  {
    how: 'loses the end of a body',
    give: async (response, answer) => await giveAnswer(response, shortened(answer)),
    caughtBy: [
      ['with 20 ms to Redis and back, what is changed is stored before the answer leaves', 'a stream of 5 MiB'],
    ],
  },
  {
    how: 'ends a body that has failed',
    give: async (response, answer) => await giveAnswer(response, excused(answer)),
    caughtBy: [['a handler that fails', 'late tears its answer']],
  },
  {
    how: 'lets the answer leave that policies replace',
    policy: (policy) => ({
      ...policy,
      settle: async (exchange, state, head) => {
        const settlement = await policy.settle?.(exchange, state, head)
        return settlement?.type === 'replace' ? undefined : settlement
      },
    }),
    caughtBy: [
      ['Redis is gone when a session is stored', 'nothing of a stream leaves'],
      [
        'Redis is gone when somebody signs out',
        'the cookie is cleared, and the session is dead once Redis is back: /unset-cut',
      ],
    ],
  },
  {
    how: 'takes any word for TLS',
    exchange: TrustingAll,
    caughtBy: [
      ['the cookie', 'is not secure by the word of a proxy that nobody trusts'],
      ['the cookie in production', 'a cookie that would be lost is an error that names what is missing: nobody trusts'],
    ],
  },
  {
    how: 'does not end a session that was taken away',
    turn: (turn) => ({ ...turn, session: turn.session, unset: () => {} }),
    caughtBy: [['a session ends', 'when the handler takes it away from its request']],
  },
  {
    how: 'always says that the answer depends on the session',
    policy: (policy) => ({
      ...policy,
      settle: (exchange, state, head) => {
        state.use()
        return policy.settle?.(exchange, state, head)
      },
    }),
    caughtBy: [
      ['caches', 'may not store an answer with the cookie'],
      ['loaded lazily', 'nothing is loaded or said before a handler asks for it'],
    ],
  },
  {
    how: 'loads what should wait',
    policy: (policy) => ({
      ...policy,
      decide: async (exchange) => {
        const decision = await policy.decide(exchange)
        if (decision.type === 'next') await decision.state.open()
        return decision
      },
    }),
    caughtBy: [['a request asks of Redis', 'nothing where it is loaded lazily']],
  },
]

for (const { how, caughtBy, ...parts } of BROKEN) {
  describe(`an adapter that ${how}`, () => {
    it.each(caughtBy)('is caught: %s, %s', async (subject, name) => {
      const test = sessionAdapterTests[subject]?.find((one) => one.name.startsWith(name))
      await expect(test?.run(nodeAdapter(parts), server)).rejects.toBeInstanceOf(AssertionError)
    })
  })
}

/** Without the last piece of a stream. */
function shortened(answer: HttpAnswer): HttpAnswer {
  if (answer.kind !== 'stream') return answer
  const body = async function* (): AsyncGenerator<Uint8Array> {
    let before: Uint8Array | undefined
    for await (const piece of answer.body) {
      if (before !== undefined) yield before
      before = piece
    }
  }
  return { ...answer, body: body() }
}

/** As if nothing had gone wrong. */
function excused(answer: HttpAnswer): HttpAnswer {
  if (answer.kind !== 'stream' && answer.kind !== 'torn') return answer
  const body = async function* (): AsyncGenerator<Uint8Array> {
    if (answer.kind === 'torn') yield answer.first
    else
      try {
        yield* answer.body
      } catch {
        // Nobody hears of it.
      }
  }
  return { kind: 'stream', type: answer.type, body: body() }
}
