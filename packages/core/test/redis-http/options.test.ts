import { expect, it } from 'vitest'
import { RedstartError, systemClock } from '../../src/index.ts'
import { redisHttp, type RedisHttpOptions } from '../../src/redis-http/index.ts'

const SECRET = 'very-secret-token'
const URL_OF_IT = 'https://redis.test/path'

/** What a caller without types may pass. */
const wrong: readonly (readonly [what: string, options: unknown, message: RegExp])[] = [
  ['nothing', undefined, /options of redisHttp is undefined/],
  ['no url', { token: SECRET }, /the url is not one of https: or http:/],
  ['a url of Redis itself', { url: `redis://:${SECRET}@redis.test`, token: SECRET }, /not one of https: or http:/],
  ['a url with a password', { url: `https://u:${SECRET}@redis.test`, token: SECRET }, /names a user or a password/],
  ['a url with a token', { url: `${URL_OF_IT}?_token=${SECRET}`, token: SECRET }, /contains '\?' or '#'/],
  ['no token', { url: URL_OF_IT }, /token is missing/],
  ['an empty token', { url: URL_OF_IT, token: '' }, /token is missing/],
  ['a token with a line break', { url: URL_OF_IT, token: `${SECRET}\n` }, /characters that no header may have/],
  ['a misspelt option', { url: URL_OF_IT, token: SECRET, marker: 3 }, /did you mean markers\?/],
  ['no markers', { url: URL_OF_IT, token: SECRET, markers: 0 }, /^redisHttp: markers is 0/],
  ['a misspelt part', { url: URL_OF_IT, token: SECRET, breaker: { failure: 1 } }, /did you mean failures\?/],
  [
    'a breaker of words',
    { url: URL_OF_IT, token: SECRET, breaker: { openFor: 'soon' } },
    /^redisHttp: breaker.openFor/,
  ],
  ['a fetch that is none', { url: URL_OF_IT, token: SECRET, fetch: 'fetch' }, /^redisHttp: fetch is "fetch"/],
]

it.each(wrong)('refuses %s, and tells no secret', (_, options, message) => {
  const error = thrownBy(() => redisHttp(options as RedisHttpOptions)) // that is what is refused
  expect(RedstartError.is(error, 'INVALID_ARGUMENT')).toBe(true)
  expect(String(error)).not.toContain(SECRET)
  expect(error).toMatchObject({ message: expect.stringMatching(message) as string })
})

it('sends nothing before a store is used, and a path and a slash at the end of the url are kept and left', async () => {
  const sent: string[] = []
  const fetch = async (url: string): Promise<Response> => {
    sent.push(url)
    return Response.json({ result: null })
  }
  const backend = redisHttp({ url: `${URL_OF_IT}/`, token: SECRET, fetch })
  const context = { app: 'a', clock: systemClock() }
  const [cache, sessions] = [backend.cache(context), backend.sessions?.(context, { namespace: 'web' })]
  cache.subscribe(() => {})
  sessions?.subscribe(() => {})
  expect(sent).toEqual([])
  await cache.read({ keys: ['n:a'] }, 1000)
  expect(sent).toEqual([URL_OF_IT])
  await Promise.all([cache.close(), sessions?.close()])
})

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}
