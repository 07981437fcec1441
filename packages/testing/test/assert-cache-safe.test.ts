import { expect, it } from 'vitest'
import { type Answers, assertCacheSafe } from '../src/index.ts'

/** An application behind a cache whose key is the URL, and the headers that the answer says it varies by. */
function cached(answer: (request: Request, run: number) => string, vary?: string): Answers {
  const stored = new Map<string, string>()
  let runs = 0
  return (request) => {
    const key = `${request.url.replace(/&?utm=[^&]*/, '')} ${vary === undefined ? '' : String(request.headers.get(vary))}`
    const body = stored.get(key) ?? answer(request, ++runs)
    stored.set(key, body)
    return new Response(body)
  }
}

const page = new Request('http://app/menu')
const host = ({ headers }: Request): string => `<a href="//${headers.get('x-forwarded-host') ?? 'app'}/">`

it.each<[string, Answers]>([
  ['is the same for all', cached(() => 'menu')],
  ['is another each time', cached((_, run) => `menu ${run}`)],
  ['says where it is', cached(({ url }) => url)],
  ['varies by what it is made of', cached(host, 'x-forwarded-host')],
  ['is not cached', (request) => new Response(host(request))],
])('a page that %s is safe', async (_, answers) => {
  await assertCacheSafe(answers, page)
})

it.each<[string, Answers, RegExp]>([
  ['has the host of a header', cached(host), /by x-forwarded-host:/],
  ['is another each time, with the host', cached((request, run) => host(request) + run), /by x-forwarded-host:/],
  ['is made for a kind of browser', cached(({ headers }) => (headers.has('user-agent') ? 'a' : 'b')), /by user-agent:/],
  ['is made for one of the own', cached(({ headers }) => headers.get('x-tenant') ?? ''), /by x-tenant:/],
  ['shows a parameter that no key has', cached(({ url }) => new URL(url).search), /by the parameter utm:/],
])('a page that %s is not', async (_, answers, message) => {
  const tried = assertCacheSafe(answers, page, { headers: ['x-tenant'], parameters: ['utm'] })
  await expect(tried).rejects.toThrow(message)
  await expect(assertCacheSafe(answers, page, { headers: ['x-tenant'], parameters: ['utm'] })).rejects.toMatchObject({
    code: 'INVALID_RESULT',
  })
})
