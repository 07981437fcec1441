import { createRedstart } from '../../../src/index.ts'
import { expect, it, onTestFinished } from 'vitest'
import {
  type CacheResponseOptions,
  cacheResponses,
  type HeaderList,
  type LeavingHead,
  type Settlement,
} from '../../../src/http/index.ts'
import { headOf, madeExchange, type MadeFrom } from '../made-exchange.ts'

type Options = CacheResponseOptions<object>

/** Asks a cache, and where nothing is stored answers with this head and no body. */
function opened(options: Options): (from?: MadeFrom, head?: LeavingHead) => Promise<Asked> {
  const redstart = createRedstart()
  onTestFinished(async () => await redstart.close())
  const cache = cacheResponses<object>(redstart, { ttl: '1m', ...options })
  return async (from = {}, head = headOf(200, [['content-type', 'text/plain']])) => {
    const exchange = madeExchange(from)
    const decided = await cache.decide(exchange, {})
    if (decided.reply !== undefined) return { status: decided.reply.status, given: decided.reply.headers }
    const settlement: Settlement = await decided.settle?.(head)
    if (settlement?.type === 'capture') await settlement.capture.finish()
    return { status: head.status, given: exchange.given }
  }
}

interface Asked {
  readonly status: number
  readonly given: HeaderList
}

function said({ given }: Asked): string | undefined {
  return given.find(([name]) => name.toLowerCase() === 'cache-status')?.[1]
}

/** What somebody gives who has no compiler. */
function untyped(options: object): Options {
  return options
}

it.each([
  ['an object', () => ({ id: 7 })],
  ['a number', () => 7],
  ['a promise', async () => await Promise.resolve('ada')],
  ['a promise that fails', async () => await Promise.reject(new Error('nobody waits for it'))],
  ['an empty text', () => ''],
])('user: %s would be everybody, and is refused', async (_, user) => {
  await expect(opened(untyped({ user }))()).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('the id of a user as a text') as unknown,
  })
})

it.each([
  ['an object', () => ({})],
  ['a number', () => 7],
  ['a promise', async () => await Promise.resolve('a')],
  ['a list with something else in it', () => ['a', undefined]],
])('key: %s is refused', async (_, key) => {
  await expect(opened(untyped({ key }))()).rejects.toThrow(/^what key gave is .* a list of texts$/)
})

it('skip: an answer that has to be waited for is refused, and whatever is true passes by', async () => {
  const waited = untyped({ skip: async () => await Promise.resolve(true) })
  await expect(opened(waited)()).rejects.toThrow('what skip gave is')
  expect(said(await opened(untyped({ skip: () => 'yes' }))())).toBe('Redstart; fwd=bypass; detail=skip')
})

it.each([
  ['a text', () => 'menu', 'what tags gave'],
  ['nothing', () => undefined, 'what tags gave'],
  ['a promise', async () => await Promise.resolve(['menu']), 'what tags gave'],
  ['no tag', () => ['menu', ''], 'tag is ""'],
])('tags: %s is refused', async (_, tags, message) => {
  await expect(opened(untyped({ tags }))()).rejects.toThrow(message)
})

it('tags: more than an entry can have, and it is not stored', async () => {
  const ask = opened({ tags: () => Array.from({ length: 65 }, (_, n) => `tag-${n}`) })
  for (let n = 0; n < 2; n++) expect(said(await ask())).toBe('Redstart; fwd=uri-miss; detail=tags')
})

it('a function that fails lets those go ahead who wait for its request', async () => {
  let runs = 0
  const ask = opened({
    tags: () => {
      if (++runs === 1) throw new Error('no tags')
      return []
    },
  })
  const [first, second] = await Promise.allSettled([ask(), ask()])
  expect(first).toMatchObject({ status: 'rejected' })
  expect(second).toMatchObject({ status: 'fulfilled', value: { status: 200 } })
  expect(said(await ask())).toMatch(/^Redstart; hit/)
})

it.each([
  ['an empty one', '""'],
  ['one that is too long', `"${'x'.repeat(300)}"`],
])('groups: with %s it is not stored, and what changes something succeeds', async (_, group) => {
  const ask = opened({})
  const inGroup = headOf(200, [['cache-groups', group]])
  expect(said(await ask({}, inGroup))).toBe('Redstart; fwd=uri-miss; detail=tags')
  const changing = headOf(200, [['cache-group-invalidation', group]])
  await expect(ask({ method: 'POST' }, changing)).resolves.toMatchObject({ status: 200 })
})

it('a host in the header that is not the one of the target tells answers apart', async () => {
  const ask = opened({ hosts: ['app'] })
  await ask()
  expect(said(await ask())).toMatch(/^Redstart; hit/)
  const evil = { headers: { host: 'evil.example' } }
  expect(said(await ask(evil))).toBe('Redstart; fwd=uri-miss; stored')
  expect(said(await ask({ headers: { host: 'app' } }))).toMatch(/^Redstart; hit/)
})

it('a proxy that is believed of the host may name this process in the header', async () => {
  const ask = opened({ hosts: ['app'] })
  const through = async (host: string): Promise<string | undefined> =>
    said(await ask({ headers: { host, 'x-forwarded-host': 'app' } }))
  expect(await through('10.0.0.1:3000')).toBe('Redstart; fwd=uri-miss; stored')
  expect(await through('10.0.0.2:3000')).toMatch(/^Redstart; hit/)
})
