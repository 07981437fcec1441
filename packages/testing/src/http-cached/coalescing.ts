import { deepEqual, equal, ok } from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { eventually, type Received } from '../http/client.ts'
import { isHit, page, PUBLIC, publicPage, said, textOf } from './answers.ts'
import type { CachedAnswer } from './cached-adapter.ts'
import { type CachedAdapterTest, cachedTest, pageTest, type RunningCached } from './cached-test.ts'
import { gate } from './gate.ts'
import { openWire, WireReader, wireText } from './wire.ts'

/** So many at the same time. */
const MANY = 100
const LANGUAGES = ['en', 'de'] as const

export const coalescingTests: readonly CachedAdapterTest[] = [
  cachedTest('a page for everybody is made once for all who ask at the same time', async ({ start }) => {
    const { passed, open } = gate()
    const app = await start({
      routes: {
        'GET /': async () => {
          await passed
          return publicPage('everybody')
        },
      },
    })
    const answers = manyOf(app, () => ({}))
    await eventually(() => app.runs('/') > 0 && app.logged.length === MANY, 'all to have asked')
    open()
    for (const answer of await answers) equal(textOf(answer), 'everybody')
    equal(app.runs('/'), 1)
    const collapsed = (await answers).filter((answer) => said(answer).includes('collapsed'))
    equal(collapsed.length, MANY - 1)
  }),

  ...(
    [
      ['private', 'private, max-age=60'],
      ['not to be stored', 'no-store'],
      ['one that says nothing', ''],
    ] as const
  ).map(([what, control]) =>
    cachedTest(`a page that is ${what} is made for each who asks`, async ({ start }) => {
      const { passed, open } = gate()
      const app = await start({
        routes: {
          'GET /': async ({ header }) => {
            await passed
            return page(`for ${header('x-user')}`, control === '' ? {} : { 'cache-control': control })
          },
        },
      })
      const answers = manyOf(app, (n) => ({ 'x-user': String(n) }))
      await eventually(() => app.logged.length === MANY, 'all to have asked')
      open()
      deepEqual(
        (await answers).map(textOf),
        Array.from({ length: MANY }, (_, n) => `for ${n}`),
      )
      equal(app.runs('/'), MANY)
    }),
  ),

  pageTest(
    'a page that varies by language is made once for each, but for those who learn that it does',
    { routes: { 'GET /': ({ header }) => publicPage(`in ${header('accept-language')}`, { vary: 'Accept-Language' }) } },
    async (app) => {
      const languageOf = (n: number): string => LANGUAGES[n % 2] ?? ''
      const answers = await manyOf(app, (n) => ({ 'accept-language': languageOf(n) }), 2 * MANY)
      for (const [n, answer] of answers.entries()) equal(textOf(answer), `in ${languageOf(n)}`)
      ok(app.runs('/') <= 4, `${app.runs('/')} runs`)
      for (const language of LANGUAGES)
        ok(isHit(await app.ask('/', { headers: { 'accept-language': language } })), language)
    },
  ),

  ...(['before its head', 'at its first byte', 'in the middle', 'at its last byte'] as const).map((when) =>
    cachedTest(`the first to ask goes ${when}: all others are given all of it`, async ({ start }) => {
      const steps = { head: gate(), rest: gate() }
      let isFirst = true
      const app = await start({
        routes: {
          'GET /': async () => {
            const wasFirst = isFirst
            isFirst = false
            if (wasFirst && when === 'before its head') {
              await steps.head.passed
              return publicPage(WHOLE)
            }
            return bodyInSteps(wasFirst ? steps.rest.passed : undefined, when)
          },
        },
      })
      const leader = openWire(app.port)
      leader.write(wireText({ target: '/' }, false))
      await eventually(() => app.runs('/') === 1, 'the first to be asked')
      const others = manyOf(app, () => ({}), 20)
      await eventually(() => app.logged.length === 21, 'the others to have asked')
      if (when !== 'before its head') await readSome(leader, when)
      leader.destroy()
      await leaves(app)
      steps.head.open()
      steps.rest.open()
      for (const answer of await others) equal(textOf(answer), WHOLE)
      ok(app.runs('/') <= 2, `${app.runs('/')} runs`)
      const later = await app.ask('/')
      deepEqual([isHit(later), textOf(later)], [true, WHOLE])
    }),
  ),

  cachedTest('where the handler throws, each who waited asks it', async ({ start }) => {
    const { passed, open } = gate()
    let fails = true
    const app = await start({
      routes: {
        'GET /': async () => {
          if (!fails) return publicPage('everybody')
          fails = false
          await passed
          throw new Error('of the first one')
        },
      },
    })
    const answers = manyOf(app, () => ({}), 20)
    await eventually(() => app.logged.length === 20, 'all to have asked')
    open()
    const failed = (await answers).filter(({ status }) => status === 500)
    equal(failed.length, 1)
    ok(isHit(await app.ask('/')))
  }),

  cachedTest('where the handler never ends, others wait no longer than a load may take', async ({ start }) => {
    const stuck = gate()
    let isFirst = true
    const app = await start({
      redstart: { namespaces: { http: { loadTimeout: '10s' } } },
      routes: {
        'GET /': async () => {
          if (!isFirst) return publicPage('everybody')
          isFirst = false
          await stuck.passed
          return publicPage('late')
        },
      },
    })
    const answers = manyOf(app, () => ({}), 20)
    await eventually(() => app.logged.length === 20, 'all to have asked')
    equal(app.runs('/'), 1)
    await eventually(async () => {
      await app.clock.advanceAsync(10_000)
      return app.runs('/') > 1
    }, 'the others to be let go')
    stuck.open()
    const texts = (await answers).map(textOf)
    equal(texts.filter((text) => text === 'late').length, 1)
    equal(texts.filter((text) => text === 'everybody').length, 19)
  }),
]

async function manyOf(
  app: RunningCached,
  headersOf: (n: number) => Readonly<Record<string, string>>,
  count = MANY,
): Promise<readonly Received[]> {
  return await Promise.all(Array.from({ length: count }, async (_, n) => await app.ask('/', { headers: headersOf(n) })))
}

const PIECES = ['first ', 'middle ', 'last'] as const
const WHOLE = PIECES.join('')

/** @param rest waited for before what the client that goes does not read. */
function bodyInSteps(rest: Promise<void> | undefined, when: string): CachedAnswer {
  const held = when === 'in the middle' ? 2 : when === 'at its first byte' ? 1 : PIECES.length
  return {
    headers: [
      ['content-type', 'text/plain; charset=utf-8'],
      ['cache-control', PUBLIC],
    ],
    body: {
      way: 'pipe',
      pieces: (async function* () {
        for (const [n, piece] of PIECES.entries()) {
          if (n === held) await rest
          yield Buffer.from(piece)
        }
        // The last byte has left, and the end has not.
        if (held === PIECES.length) await rest
      })(),
    },
  }
}

async function readSome(socket: ReturnType<typeof openWire>, when: string): Promise<void> {
  const reader = new WireReader(socket)
  await reader.head()
  const pieces = when === 'at its first byte' ? 1 : when === 'in the middle' ? 2 : PIECES.length
  for (const piece of PIECES.slice(0, pieces)) {
    const size = `${piece.length.toString(16)}\r\n`
    await reader.bytes(size.length + piece.length + 2)
  }
}

/** Until the server has noticed that a client went. */
async function leaves(app: RunningCached): Promise<void> {
  // Whoever asks now comes after that: the server is told of one connection after the other.
  await app.ask('/none')
  await app.ask('/none')
}
