import { deepEqual, equal } from 'node:assert/strict'
import { type CommandCounter, countCommands } from '../count-commands.ts'
import { json, routesOf } from './account-routes.ts'
import type { Browser } from './browser.ts'
import { type SessionAdapterTest, sessionTest, type SessionTestParts } from './session-test.ts'

export const commandTests: readonly SessionAdapterTest[] = [
  sessionTest('nothing without a cookie', async (parts) => {
    const { scripts, fresh } = await counted(parts)
    for (const path of ['/who', '/plain', '/nowhere'])
      equal(await scripts(async () => await fresh().get(path)), 0, path)
  }),

  sessionTest('nothing for a cookie that none of us has made', async (parts) => {
    const { scripts, user, fresh } = await counted(parts)
    for (const value of forgeries(user.jar.get('sid') ?? '')) {
      const asked = await scripts(async () => {
        deepEqual((await fresh().get('/who', { cookie: `sid=${value}` })).json(), {})
      })
      equal(asked, 0, value)
    }
  }),

  sessionTest('nothing where two cookies are right, of which one may have been planted', async (parts) => {
    const { scripts, user, fresh } = await counted(parts)
    const other = fresh()
    await other.post('/login?user=mallory')
    const asked = await scripts(async () => {
      const { json: read, cookies } = await fresh().get('/who', { cookie: `${user.cookie}; ${other.cookie}` })
      deepEqual([read(), cookies], [{}, []])
    })
    equal(asked, 0)
    const same = await fresh().get('/who', { cookie: `${user.cookie}; sid=forged; ${user.cookie}` })
    equal(same.json()['userId'], 'ada')
  }),

  sessionTest('one script to load, one more to store what was changed, none for what was not', async (parts) => {
    const { scripts, user } = await counted(parts)
    for (const [path, expected] of [
      ['/plain', 1],
      ['/who', 1],
      ['/same', 1],
      ['/nowhere', 1],
      ['/views', 2],
    ] as const)
      equal(await scripts(async () => await user.get(path)), expected, path)
  }),

  sessionTest('nothing where it is loaded lazily and nobody asks for it', async (parts) => {
    const { scripts, user } = await counted(parts, { load: 'lazy' })
    equal(await scripts(async () => await user.get('/plain')), 0)
  }),
]

interface Counted {
  /** Signed in, with something stored. */
  readonly user: Browser
  fresh(): Browser
  /** The scripts that requests had Redis run; it fails where they had it do anything else. */
  scripts(requests: () => Promise<unknown>): Promise<number>
}

async function counted(
  { start, server, onEnd }: SessionTestParts,
  options: { readonly load?: 'lazy' } = {},
): Promise<Counted> {
  const routes = routesOf({
    'POST /begin': async (turn) => {
      const session = await turn.load()
      await session.login('ada')
      Object.assign(session, { views: 1, cart: { tea: 1 } })
      return json({})
    },
    'GET /same': ({ session }) => {
      session.cart = { ...session.cart }
      return json({})
    },
  })
  const { browser } = await start({ options, routes, redstart: { sessions: { anonymousLimit: false } } })
  const user = browser()
  await user.post('/begin')
  // Redis knows all scripts from here on.
  for (const path of ['/plain', '/plain']) await user.get(path)
  const counter = await countCommands(server.url)
  onEnd(() => counter.close())
  return { user, fresh: browser, scripts: async (requests) => await scriptsOf(counter, requests) }
}

async function scriptsOf(counter: CommandCounter, requests: () => Promise<unknown>): Promise<number> {
  await counter.settled()
  counter.reset()
  await requests()
  await counter.settled()
  const all = counter.commands(([command]) => command?.toUpperCase() !== 'HELLO')
  // Statistics, which are sent once a second, are no request's.
  const own = all.filter((command) => !command.some((argument) => /\}:(ends|uses|created)$/.test(argument)))
  deepEqual(
    own.filter(([command]) => !/^EVAL(SHA)?$/i.test(command ?? '')),
    [],
  )
  return own.length
}

function forgeries(cookie: string): readonly string[] {
  const other = (at: number): string => (cookie[at] === 'A' ? 'B' : 'A')
  return [
    'x',
    'x'.repeat(10_000),
    `${cookie}x`,
    cookie.slice(0, -1),
    cookie.slice(0, -1) + other(cookie.length - 1),
    cookie.replace(/^u1/, 'a1'),
    cookie.replace('.', '..'),
    [3, 0, 2, 1].map((n) => cookie.split('.')[n]).join('.'),
    ...[10, 30, 60].map((at) => cookie.slice(0, at) + other(at) + cookie.slice(at + 1)),
  ]
}
