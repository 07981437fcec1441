import { equal, ok } from 'node:assert/strict'
import { isHit, page, said } from './answers.ts'
import type { CachedAppOptions, CachedTurn } from './cached-adapter.ts'
import { type CachedAdapterTest, cachedTest } from './cached-test.ts'
import { exchangeOnWire, type WireRequest } from './wire.ts'

/** What somebody sends so that others are given what they never asked for. */
interface Attack {
  readonly name: string
  readonly evil: Partial<WireRequest>
  /** Who asks as people do, afterwards. @default of the same target, as browsers ask */
  readonly victim?: Partial<WireRequest>
}

/** `{page}` stands for a page that only this attack is for. */
const ATTACKS: readonly Attack[] = [
  ...['X-Forwarded-Host', 'X-Host', 'X-Forwarded-Server', 'X-Original-Host'].map((name) =>
    header(name, 'evil.example', 'a host of its own'),
  ),
  header('Forwarded', 'host=evil.example;proto=http', 'a host of its own'),
  ...['X-Forwarded-Proto', 'X-Forwarded-Port', 'X-Forwarded-Prefix'].map((name) => header(name, 'evil', 'links')),
  ...['X-Original-URL', 'X-Rewrite-URL', 'X-Override-URL'].map((name) => header(name, '/evil', 'a URL of its own')),
  ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].map((name) =>
    header(name, 'DELETE', 'a method of its own'),
  ),
  header('X-Fail', '400', 'what the handler refuses'),
  header('X-Fail', '500', 'what the handler fails with'),
  header('X-Fail', '302', 'what the handler sends elsewhere'),
  header('Range', 'bytes=0-3', 'a part'),
  header('If-None-Match', '*', 'what has not changed'),
  header('If-Modified-Since', 'Fri, 01 Jan 2100 00:00:00 GMT', 'what has not changed'),
  header('If-Match', '"evil"', 'a condition'),
  header('Accept-Encoding', 'evil;q=1, *;q=0', 'no coding at all'),
  { name: 'a GET with a body', evil: { body: 'evil' } },
  {
    name: 'a GET with a form',
    evil: { body: 'name=evil', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  },
  { name: 'a HEAD', evil: { method: 'HEAD', headers: { 'x-fail': '400' } } },
  { name: 'a POST', evil: { method: 'POST', body: 'evil' } },
  { name: 'a parameter', evil: { target: '{page}?name=evil' } },
  { name: 'a parameter behind ;', evil: { target: '{page};name=evil' } },
  {
    name: 'a parameter behind ; in the query',
    evil: { target: '{page}?a=1;name=evil' },
    victim: { target: '{page}?a=1' },
  },
  { name: 'the last of two', evil: { target: '{page}?name=good&name=evil' }, victim: { target: '{page}?name=good' } },
  { name: 'an array', evil: { target: '{page}?name[]=evil' }, victim: { target: '{page}?name=good' } },
  { name: 'an escaped name', evil: { target: '{page}?%6eame=evil' }, victim: { target: '{page}' } },
  { name: 'an escaped ?', evil: { target: '{page}%3Fname=evil' }, victim: { target: '{page}' } },
  { name: 'an escaped &', evil: { target: '{page}?a=1%26name=evil' }, victim: { target: '{page}?a=1' } },
  { name: 'an escaped #', evil: { target: '{page}%23evil' } },
  { name: 'a #', evil: { target: '{page}#evil' } },
  { name: 'an escaped NUL', evil: { target: '{page}%00evil' } },
  { name: 'an escaped line end', evil: { target: '{page}%0d%0aevil:%20evil' } },
  { name: 'an escaped backslash', evil: { target: '{page}%5cevil' } },
  { name: 'a segment up', evil: { target: '/evil/%2e%2e{page}' } },
  { name: 'an escaped segment up', evil: { target: '/evil%2f..%2f{page}' } },
  { name: 'two slashes', evil: { target: '/{page}?name=evil' } },
  { name: 'the absolute form of another host', evil: { target: 'http://evil.example{page}' } },
  {
    name: 'the absolute form of the right host, with the header of another',
    evil: { target: 'http://app.example{page}', host: 'evil.example' },
  },
  { name: 'two hosts in one', evil: { host: 'app.example,evil.example' } },
  { name: 'the absolute form of no host', evil: { target: 'http:{page}' } },
  { name: 'HTTP/1.0', evil: { version: '1.0', headers: { 'x-fail': '400' } } },
  { name: 'another host', evil: { host: 'evil.example' } },
  { name: 'another port', evil: { host: 'app.example:6666' } },
  { name: 'a host that ends with the right one', evil: { host: 'evil.app.example' } },
  { name: 'a host that begins with the right one', evil: { host: 'app.example.evil.example' } },
]

function header(name: string, value: string, told: string): Attack {
  return { name: `${told}, by ${name}: ${value}`, evil: { headers: { [name]: value } } }
}

/** The attacker asks first. */
export const poisoningTests: readonly CachedAdapterTest[] = (
  [
    ['mode explicit', { hosts: ['app.example'] }],
    ['mode ttl, any host', { ttl: '1m' }],
  ] as const satisfies readonly (readonly [string, CachedAppOptions])[]
).map(([mode, options]) =>
  cachedTest(`nobody is given what another one made of a page: ${mode}`, async ({ start }) => {
    const app = await start({
      options,
      routes: { 'GET /pages/*': echo, 'POST /pages/*': echo, 'GET /evil': () => page('evil') },
    })
    const alone = await start({ options, routes: { 'GET /pages/*': echo } })
    await Promise.all(
      ATTACKS.map(async ({ name, evil, victim = {} }, n) => {
        const own = `/pages/${n}`
        const attack = sent(own, evil)
        await exchangeOnWire(app.port, attack).catch(() => undefined)
        const right = await exchangeOnWire(alone.port, sent(own, victim))
        for (const asks of ['at first', 'again']) {
          const given = await exchangeOnWire(app.port, sent(own, victim))
          equal(given.status, 200, `${name}, ${asks}`)
          equal(given.body.toString(), right.body.toString(), `${name}, ${asks}`)
          ok(!JSON.stringify(given).includes('evil'), `${name}, ${asks}`)
          if (asks === 'again') ok(isHit(given), `${name}: ${said(given)}`)
        }
      }),
    )
  }),
)

/** A page that shows all that it is given of who asks for it, and how. */
async function echo({ method, target, host, header: headerOf, text }: CachedTurn) {
  const status = Number(headerOf('x-fail') ?? 200)
  const body = `${method} ${target} of ${host} (${headerOf('host')}) with ${await text()} at ${PROXIES.map((name) => headerOf(name)).join()}`
  const { searchParams } = new URL(target.replace(/^\/+/, '/'), 'http://app')
  return page(
    `${body}: ${searchParams.getAll('name').join()}`,
    { 'cache-control': status === 200 ? 'public, max-age=60' : '', ...(status === 302 && { location: '/evil' }) },
    status,
  )
}

/** What careless handlers make links of. */
const PROXIES = ['x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'x-forwarded-prefix', 'forwarded']

function sent(own: string, request: Partial<WireRequest>): WireRequest {
  return { ...request, target: (request.target ?? '{page}').replace('{page}', own) }
}

/** Targets that look like files, for a page that is somebody's, of an application that answers by the beginning of its path. */
const DECEPTIONS: readonly string[] = [
  ...['css', 'js', 'png', 'jpg', 'ico', 'svg', 'woff2', 'pdf', 'csv', 'txt', 'map'].map((end) => `/account/x.${end}`),
  ...['%2f', '%5c', '%00', '%0a', '%09', '%20', '%23', '%3f', '%3b', ';', '%25%33%66', '%253f'].map(
    (between) => `/account/${between}x.css`,
  ),
  ...[
    '/account/%2e%2e/x.css',
    '/account/..%2fx.css',
    '/account/%2e%2e%2fx.css',
    '/account/x.css%00',
    '/account/x.css%2f',
  ],
  ...[
    '/account/x.css/',
    '/account/x.CSS',
    '/account/x%2ecss',
    '/account/x.css?a=1',
    '/account/x.css#',
    '/account/.css',
  ],
  ...['/static/..%2faccount/x.css', '/account/%e0%80%afx.css', '/account/%c0%aex.css', '/account/%ff.css'],
]

/** The victim, whom somebody has sent there, asks first. */
export const deceptionTests: readonly CachedAdapterTest[] = [
  cachedTest('nobody is given the page of a victim by a target that looks like a file', async ({ start }) => {
    const routes = { 'GET /account/*': account, 'GET /static/*': account }
    // By a header that no cache can know to be somebody's.
    const app = await start({ options: { ttl: '1m' }, routes })
    await Promise.all(
      DECEPTIONS.map(async (target) => {
        const asked = async (user: string): Promise<string> =>
          JSON.stringify(
            await exchangeOnWire(app.port, { target, headers: { 'x-user': user } }).then(({ body }) => body.toString()),
          )
        await asked('victim')
        const given = await asked('thief')
        ok(!given.includes('victim'), `${target} gave ${given}`)
      }),
    )
    // What is meant to be stored is.
    equal((await app.ask('/account/menu')).body.toString(), (await app.ask('/account/menu')).body.toString())
    equal(app.runs('/account/menu'), 1)
  }),
]

function account({ header: headerOf }: CachedTurn) {
  return page(`<p>the account of ${headerOf('x-user')}`, { 'content-type': 'text/html; charset=utf-8' })
}
