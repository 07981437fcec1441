import { deepEqual, equal, ok } from 'node:assert/strict'
import { page } from './answers.ts'
import type { CachedAppOptions, CachedTurn } from './cached-adapter.ts'
import { type CachedAdapterTest, cachedTest, type RunningCached } from './cached-test.ts'
import { pipelined, type WireAnswer } from './wire.ts'

/** What a page may depend on, or say, in every combination. */
const DIMENSIONS = {
  authorization: ['no', 'yes'],
  /** Of a library that keeps sessions in it; or of the application's own. */
  cookie: ['none', 'connect.sid', 'visitor'],
  session: ['untouched', 'read', 'written'],
  setCookie: ['no', 'yes'],
  vary: ['', 'Cookie', 'Authorization', 'Accept-Language'],
  control: ['', 'public, max-age=60', 's-maxage=60', 'private, max-age=60', 'no-store'],
} as const

type Combination = { readonly [Name in keyof typeof DIMENSIONS]: (typeof DIMENSIONS)[Name][number] }

/** The combinations, each by the path of its page. */
const COMBINATIONS: ReadonlyMap<string, Combination> = new Map(
  Object.entries(DIMENSIONS)
    .reduce<object[]>(
      (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
      [{}],
    )
    // The reduction has given each all of them.
    .map((combination, n) => [`/pages/${n}`, combination as Combination]),
)

const USERS = ['ada', 'bob'] as const
type User = (typeof USERS)[number]
const LANGUAGES: Readonly<Record<User, string>> = { ada: 'en', bob: 'de' }

/** Half of the pages in an app with sessions in front of the cache, the others in one with sessions behind it. */
export const leakTests: readonly CachedAdapterTest[] = (['explicit', 'ttl'] as const).map((mode) =>
  cachedTest(`mode ${mode}`, async ({ start }) => {
    const options: CachedAppOptions = mode === 'ttl' ? { mode, ttl: '1m' } : { mode }
    for (const [half, sessions] of (['front', 'behind'] as const).entries())
      await isShared(mode, await signIn(await start({ ...PAGES, sessions, options })), pagesOf(half))
  }),
)

/** With `user`, each has what is made for that user, from the cache; half of the pages in one mode, half in the other. */
export const ownerTests: readonly CachedAdapterTest[] = (['explicit', 'ttl'] as const).map((mode, half) =>
  cachedTest(`each has a copy of what is theirs, mode ${mode}`, async ({ start }) => {
    const options: CachedAppOptions = { mode, ...(mode === 'ttl' && { ttl: '1m' }), user: userOf }
    await isOwned(mode, await signIn(await start({ ...PAGES, sessions: 'behind', options })), pagesOf(half))
  }),
)

type Pages = readonly (readonly [path: string, combination: Combination])[]

/** Every second page; which of the two, changes with each value of the first dimension. */
function pagesOf(half: number): Pages {
  return [...COMBINATIONS].filter((_, n) => (n + Math.floor((2 * n) / COMBINATIONS.size)) % 2 === half)
}

const PAGES = { routes: { 'GET /pages/*': pageFor, 'POST /login': logIn } }

/** Whom the application takes the client for, for `user`. */
function userOf(header: (name: string) => string | undefined): string | undefined {
  return header('x-user')
}

interface Signed extends RunningCached {
  readonly sessionOf: Readonly<Record<User, string>>
}

async function signIn(running: RunningCached): Promise<Signed> {
  const cookieOf = async (user: User): Promise<string> => {
    const { status, cookies } = await running.ask('/login', { method: 'POST', headers: { 'x-user': user } })
    equal(status, 200)
    return cookies[0]?.split(';')[0] ?? ''
  }
  return { ...running, sessionOf: { ada: await cookieOf('ada'), bob: await cookieOf('bob') } }
}

async function logIn({ header, session }: CachedTurn) {
  await session().login(header('x-user') ?? '')
  return page('in')
}

/** Says who asked, by whatever it was told of that, in the body and in a header. */
function pageFor({ target, header, session }: CachedTurn) {
  const combination = COMBINATIONS.get(target)
  if (combination === undefined) throw new Error(`there is no ${target}`)
  const known: (string | undefined)[] = []
  if (combination.session !== 'untouched') known.push(session().userId)
  if (combination.session === 'written') session().views = (session().views ?? 0) + 1
  known.push(header('authorization'))
  // Whoever says that a page is everybody's does not look at cookies of its own.
  if (combination.cookie === 'connect.sid' || !isDeclared(combination)) known.push(cookiesOf(header('cookie')))
  if (combination.vary === 'Accept-Language') known.push(`reads ${header('accept-language')}`)
  const who = known.filter((one) => one !== undefined && one !== '').join(', ')
  return page(`for ${who || 'everybody'}`, {
    'x-for': who || 'everybody',
    ...(combination.control !== '' && { 'cache-control': combination.control }),
    ...(combination.vary !== '' && { vary: combination.vary }),
    ...(combination.setCookie === 'yes' && { 'set-cookie': `seen=${who.replaceAll(/\W/g, '')}` }),
  })
}

/** Without those of sessions of Redstart, which a handler has `session()` for. */
function cookiesOf(header: string | undefined): string {
  return (header ?? '')
    .split('; ')
    .filter((cookie) => /^(?:connect\.sid|visitor)=/.test(cookie))
    .join('; ')
}

/** The application says that the page is everybody's, whatever cookies came. */
function isDeclared({ control, vary }: Combination): boolean {
  return (control.startsWith('public') || control.startsWith('s-maxage')) && vary !== 'Cookie'
}

type Mode = 'explicit' | 'ttl'

/** Whether the answer may be stored at all, whoever it is for. */
function isStored({ control, vary, setCookie }: Combination, mode: Mode): boolean {
  return setCookie === 'no' && vary !== 'Cookie' && control !== 'no-store' && (control !== '' || mode === 'ttl')
}

/** What a session was used for varies by the cookie, which says whose it is, and so does `user`. */
function isKept(combination: Combination, mode: Mode): boolean {
  const { vary, session, cookie } = combination
  if (mode === 'ttl' && cookie === 'visitor') return false
  return isStored(vary === 'Cookie' && session !== 'untouched' ? { ...combination, vary: '' } : combination, mode)
}

function isEverybodys(combination: Combination, mode: Mode): boolean {
  const { authorization, cookie, session, control } = combination
  if (authorization === 'yes' || session !== 'untouched' || cookie === 'connect.sid') return false
  if (cookie === 'visitor' && (mode === 'ttl' || !isDeclared(combination))) return false
  return isStored(combination, mode) && !control.startsWith('private')
}

async function isShared(mode: Mode, signed: Signed, pages: Pages): Promise<void> {
  const rounds: (readonly string[])[] = []
  for (const user of ['ada', 'bob', 'ada'] as const) {
    const answers = await askAs(signed, user, pages)
    for (const [n, [, combination]] of pages.entries()) isClean(answers[n], user, combination)
    rounds.push(answers.map(({ body }) => body.toString()))
  }
  for (const [n, [path, combination]] of pages.entries()) {
    equal(rounds[2]?.[n], rounds[0]?.[n], told(combination))
    const variants = combination.vary === 'Accept-Language' ? 2 : 1
    equal(signed.runs(path), isEverybodys(combination, mode) ? variants : 3, told(combination))
  }
}

async function isOwned(mode: Mode, signed: Signed, pages: Pages): Promise<void> {
  const rounds: (readonly string[])[] = []
  for (const user of ['ada', 'bob', 'ada', 'bob'] as const) {
    const answers = await askAs(signed, user, pages)
    for (const [n, [, combination]] of pages.entries()) {
      isClean(answers[n], user, combination)
      const control = answers[n]?.headers['cache-control'] ?? ''
      if (isKept(combination, mode)) ok(!/public|s-maxage/.test(control), `${control}: ${told(combination)}`)
    }
    rounds.push(answers.map(({ body }) => body.toString()))
  }
  for (const [n, [path, combination]] of pages.entries()) {
    deepEqual([rounds[2]?.[n], rounds[3]?.[n]], [rounds[0]?.[n], rounds[1]?.[n]], told(combination))
    equal(signed.runs(path), isKept(combination, mode) ? 2 : 4, told(combination))
  }
}

/** All pages, over a few connections. */
async function askAs({ port, sessionOf }: Signed, user: User, pages: Pages): Promise<readonly WireAnswer[]> {
  const requests = pages.map(([target, { authorization, cookie }]) => ({
    target,
    headers: {
      'x-user': user,
      'accept-language': LANGUAGES[user],
      cookie: [sessionOf[user], ...(cookie === 'none' ? [] : [`${cookie}=of-${user}`])].join('; '),
      ...(authorization === 'yes' && { authorization: `Bearer of-${user}` }),
    },
  }))
  const size = Math.ceil(requests.length / CONNECTIONS)
  const parts = Array.from({ length: CONNECTIONS }, (_, n) => requests.slice(n * size, (n + 1) * size))
  return (await Promise.all(parts.map(async (part) => await pipelined(port, part)))).flat()
}

const CONNECTIONS = 4

/** Nothing of it is the other one's. */
function isClean(answer: WireAnswer | undefined, user: User, combination: Combination): void {
  equal(answer?.status, 200)
  const other = user === 'ada' ? 'bob' : 'ada'
  const all = `${answer.body.toString()}\n${JSON.stringify(answer.headers)}`
  ok(!all.includes(other), `${user} was given ${all}: ${told(combination)}`)
  if (combination.vary === 'Accept-Language') ok(all.includes(`reads ${LANGUAGES[user]}`), told(combination))
}

function told(combination: Combination): string {
  return JSON.stringify(combination)
}
