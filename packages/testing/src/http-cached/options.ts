import { deepEqual, equal, match } from 'node:assert/strict'
import { isHit, publicPage, said, textOf } from './answers.ts'
import { type CachedAdapterTest, type CachedAppParts, pageTest } from './cached-test.ts'

const TARGETS: CachedAppParts['routes'] = { 'GET /*': ({ target }) => publicPage(target) }

export const optionTests: readonly CachedAdapterTest[] = [
  pageTest(
    'skip: what passes by is neither looked for nor stored',
    { options: { skip: (header) => header('x-preview') === '1' }, routes: TARGETS },
    async ({ ask, runs }) => {
      const preview = { headers: { 'x-preview': '1' } }
      equal(said(await ask('/page', preview)), 'fwd=bypass; detail=skip')
      await ask('/page')
      equal(said(await ask('/page', preview)), 'fwd=bypass; detail=skip')
      deepEqual([isHit(await ask('/page')), runs('/page')], [true, 3])
    },
  ),

  pageTest(
    'hosts: pages of these, each its own, and of no others',
    { options: { hosts: ['a.example', 'b.example:8080'] }, routes: TARGETS },
    async ({ ask, runs }) => {
      const from = async (host: string): Promise<string> => said(await ask('/page', { headers: { host } }))
      for (const host of ['a.example', 'b.example:8080']) {
        match(await from(host), /stored$/)
        match(await from(host), /^hit/)
      }
      match(await from('A.EXAMPLE'), /^hit/)
      for (const host of ['c.example', 'b.example', 'a.example:80', 'a.example.c.example'])
        equal(await from(host), 'fwd=bypass; detail=host')
      equal(runs('/page'), 6)
    },
  ),

  pageTest(
    'hosts: of a proxy that is trusted, its word for the host',
    { options: { hosts: ['a.example', 'b.example'] }, trustsProxy: true, routes: TARGETS },
    async ({ ask }) => {
      const from = async (host: string): Promise<string> =>
        said(await ask('/page', { headers: { host: 'a.example', 'x-forwarded-host': host } }))
      match(await from('a.example'), /stored$/)
      match(await from('a.example'), /^hit/)
      match(await from('b.example'), /stored$|detail=host$|^hit/)
      match(await from('evil.example'), /detail=host$|^hit/)
    },
  ),

  pageTest(
    'query: the order of names does not matter, that of values does',
    { options: {}, routes: TARGETS },
    async ({ ask }) => {
      await ask('/page?a=1&b=2')
      equal(textOf(await ask('/page?b=2&a=1')), '/page?a=1&b=2')
      for (const target of ['/page?a=2&b=1', '/page?a=1&a=2', '/page?a=2&a=1', '/page', '/page?a=1', '/page?A=1&b=2'])
        equal(textOf(await ask(target)), target)
    },
  ),

  pageTest(
    'query: what is ignored tells nothing apart',
    { options: { query: { ignore: ['utm_*', 'ref'] } }, routes: TARGETS },
    async ({ ask }) => {
      await ask('/page?a=1')
      for (const target of ['/page?a=1&utm_source=x', '/page?utm_medium=y&a=1&ref=z', '/page?ref=&a=1'])
        equal(isHit(await ask(target)), true, target)
      equal(isHit(await ask('/page?a=2&utm_source=x')), false)
    },
  ),

  pageTest(
    'query: nothing but what is included tells anything apart',
    { options: { query: { include: ['page'] } }, routes: TARGETS },
    async ({ ask }) => {
      await ask('/list?page=1')
      equal(isHit(await ask('/list?page=1&sort=asc')), true)
      equal(isHit(await ask('/list?page=2')), false)
    },
  ),

  pageTest(
    'key: tells answers apart',
    {
      options: { key: (header) => header('x-tenant') ?? '' },
      routes: { 'GET /': ({ header }) => publicPage(`of ${header('x-tenant')}`) },
    },
    async ({ ask, runs }) => {
      for (const tenant of ['a', 'b', 'a', 'b'])
        equal(textOf(await ask('/', { headers: { 'x-tenant': tenant } })), `of ${tenant}`)
      equal(runs('/'), 2)
    },
  ),

  pageTest(
    'cookies: the values of those that are named tell answers apart, and others mean nothing',
    {
      options: { cookies: { key: ['theme'] } },
      routes: { 'GET /': ({ header }) => publicPage(/theme=(\w+)/.exec(header('cookie') ?? '')?.[1] ?? 'none') },
    },
    async ({ ask, runs }) => {
      for (const [cookie, theme] of [
        ['theme=dark; a=1', 'dark'],
        ['theme=light', 'light'],
        ['b=2; theme=dark', 'dark'],
        ['connect.sid=3', 'none'],
      ] as const)
        equal(textOf(await ask('/', { headers: { cookie } })), theme)
      equal(runs('/'), 3)
    },
  ),

  pageTest(
    'cookies: any passes by where that is said',
    { options: { cookies: 'bypass' }, routes: TARGETS },
    async ({ ask }) => {
      await ask('/page')
      equal(said(await ask('/page', { headers: { cookie: '_ga=1' } })), 'fwd=bypass; detail=cookie')
    },
  ),

  pageTest(
    'languages: what a client likes best of those that there are',
    {
      options: { languages: ['en', 'de'] },
      routes: {
        'GET /': ({ header }) =>
          publicPage((header('accept-language') ?? '').startsWith('de') ? 'de' : 'en', { vary: 'Accept-Language' }),
      },
    },
    async ({ ask, runs }) => {
      for (const [accepted, language] of [
        ['de-AT, de;q=0.8', 'de'],
        ['de', 'de'],
        ['en-GB', 'en'],
        ['en', 'en'],
        ['de-CH;q=0.9, en;q=0.1', 'de'],
      ] as const)
        equal(textOf(await ask('/', { headers: { 'accept-language': accepted } })), language)
      equal(runs('/'), 2)
    },
  ),

  pageTest(
    'stripSetCookie: stores the answer without the cookies that it sets',
    { options: { stripSetCookie: true }, routes: { 'GET /': () => publicPage('set', { 'set-cookie': 'seen=1' }) } },
    async ({ ask, runs }) => {
      deepEqual((await ask('/')).cookies, ['seen=1'])
      deepEqual([(await ask('/')).cookies, runs('/')], [[], 1])
    },
  ),

  pageTest(
    'cacheStatus: another name, or none',
    { options: { cacheStatus: 'Kitchen' }, routes: TARGETS },
    async ({ ask }) => {
      equal((await ask('/page')).headers['cache-status'], 'Kitchen; fwd=uri-miss; stored')
      match((await ask('/page')).headers['cache-status'] ?? '', /^Kitchen; hit; ttl=\d+$/)
    },
  ),

  pageTest('cacheStatus: none', { options: { cacheStatus: false }, routes: TARGETS }, async ({ ask, runs }) => {
    for (let n = 0; n < 2; n++) equal((await ask('/page')).headers['cache-status'], undefined)
    equal(runs('/page'), 1)
  }),
]
