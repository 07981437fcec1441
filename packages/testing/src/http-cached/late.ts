import { deepEqual, equal } from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { setTimeout } from 'node:timers/promises'
import { eventually } from '../http/client.ts'
import { isHit, textOf } from './answers.ts'
import type { CachedAnswer, CachedTurn } from './cached-adapter.ts'
import { type CachedAdapterTest, cachedTest, pageTest } from './cached-test.ts'
import { gate } from './gate.ts'

const STREAMS = ['write', 'pipe', 'web'] as const
type Stream = (typeof STREAMS)[number]

/** What the handler of a stream says or looks at when the head has left long ago. */
export const lateTests: readonly CachedAdapterTest[] = [
  ...STREAMS.map((way) =>
    cachedTest(`whoever looks at a session in the middle of a body keeps it from others: ${way}`, async ({ start }) => {
      const rest = gate()
      const app = await start({
        sessions: 'behind',
        options: { ttl: '1m' },
        routes: {
          'GET /me': (turn) =>
            streamed(way, turn, async ({ session }) => {
              await rest.passed
              return `${session().userId}`
            }),
          'POST /login': async ({ header, session }) => {
            await session().login(header('x-user') ?? '')
            return { body: { way: 'send', bytes: Buffer.from('in') } }
          },
        },
      })
      const cookieOf = async (user: string): Promise<string> =>
        (await app.ask('/login', { method: 'POST', headers: { 'x-user': user } })).cookies[0]?.split(';')[0] ?? ''
      const cookies = [await cookieOf('ada'), await cookieOf('bob')]
      const as = async (cookie: string): Promise<string> => textOf(await app.ask('/me', { headers: { cookie } }))
      const together = Promise.all(cookies.map(as))
      // The second one waits for the first one's answer, of which the beginning has left.
      await eventually(() => app.logged.filter(({ target }) => target === '/me').length === 2, 'both to have asked')
      rest.open()
      deepEqual(await together, ['first ada', 'first bob'])
      deepEqual([await as(cookies[1] ?? ''), await as('')], ['first bob', 'first undefined'])
      equal(app.runs('/me'), 4)
    }),
  ),

  ...STREAMS.map((way) =>
    pageTest(
      `tags that are given in the middle of a body drop it: ${way}`,
      {
        options: { ttl: '1m', tags: ['early'] },
        routes: { 'GET /': (turn) => streamed(way, turn, ({ cacheTags }) => cacheTags('late')) },
      },
      async ({ ask: asked, redstart, runs }) => {
        for (const tag of ['late', 'early']) {
          await asked('/')
          equal(isHit(await asked('/')), true)
          await redstart.invalidate({ tags: [tag] })
          equal(isHit(await asked('/')), false)
        }
        equal(runs('/'), 3)
      },
    ),
  ),

  ...STREAMS.map((way) =>
    cachedTest(`what is read through the cache in the middle of a body drops it: ${way}`, async ({ start }) => {
      const app = await start({
        options: { ttl: '1m' },
        routes: {
          'GET /': (turn) =>
            streamed(way, turn, async () => {
              // The handler is through by now, and its stream goes on.
              await setTimeout(5)
              return await app.redstart.cache.getOrSet('dishes:7', () => 'soup', { ttl: '1m' })
            }),
        },
      })
      deepEqual([textOf(await app.ask('/')), isHit(await app.ask('/'))], ['first soup', true])
      await app.redstart.invalidate({ keys: ['dishes:7'] })
      equal(isHit(await app.ask('/')), false)
    }),
  ),

  pageTest(
    'more tags than an entry can have: it is not stored, since by some of them nobody could drop it',
    {
      options: { ttl: '1m' },
      routes: {
        'GET /': ({ cacheTags }) => {
          cacheTags(...MANY_TAGS)
          return { body: { way: 'send', bytes: Buffer.from('all') } }
        },
        'GET /late': (turn) => streamed('write', turn, ({ cacheTags }) => cacheTags(...MANY_TAGS)),
      },
    },
    async ({ ask: asked, runs }) => {
      equal((await asked('/')).headers['cache-status'], 'Redstart; fwd=uri-miss; detail=tags')
      await asked('/')
      for (let n = 0; n < 2; n++) await asked('/late')
      deepEqual([runs('/'), runs('/late')], [2, 2])
    },
  ),

  pageTest(
    'cacheFor() in the middle of a body: not at all, or for another time',
    {
      options: { ttl: '1m' },
      routes: {
        'GET /never': (turn) => streamed('write', turn, ({ cacheFor }) => cacheFor(false)),
        'GET /shorter': (turn) => streamed('write', turn, ({ cacheFor }) => cacheFor({ ttl: '5s' })),
      },
    },
    async ({ ask: asked, clock, runs }) => {
      for (let n = 0; n < 2; n++) await asked('/never')
      equal(runs('/never'), 2)
      await asked('/shorter')
      equal(isHit(await asked('/shorter')), true)
      clock.advance(6000)
      equal(isHit(await asked('/shorter')), false)
    },
  ),
]

const MANY_TAGS: readonly string[] = Array.from({ length: 65 }, (_, n) => `tag-${n}`)

/** @param then what its handler does when the first piece has left. */
function streamed(
  way: Stream,
  turn: CachedTurn,
  then: (turn: CachedTurn) => string | void | Promise<string | void>,
): CachedAnswer {
  return {
    headers: [['content-type', 'text/plain']],
    body: {
      way,
      pieces: (async function* () {
        yield Buffer.from('first ')
        yield Buffer.from((await then(turn)) ?? 'last')
      })(),
    },
  }
}
