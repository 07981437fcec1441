import { createRedstart } from '../../../src/index.ts'
import { expect, it, onTestFinished } from 'vitest'
import {
  type CacheResponseOptions,
  cacheResponses,
  purgePages,
  type PurgePagesOptions,
} from '../../../src/http/index.ts'

function opened() {
  const redstart = createRedstart()
  onTestFinished(async () => await redstart.close())
  return redstart
}

it.each([
  [
    '{ "hosts": ["https://shop.example"] }',
    /^a member of hosts is "https:\/\/shop\.example"; expected a host as clients/,
  ],
  ['{ "hosts": ["shop.example/menu"] }', /^a member of hosts is/],
  ['{ "hosts": ["shop.example", "a b"] }', /^a member of hosts is "a b"/],
  ['{ "tagHeaders": "cache-tag" }', /^tagHeaders is "cache-tag"; expected a list/],
  ['{ "tagHeaders": ["x"] }', /^tagHeaders is "x"; expected 'cache-tag'/],
  ['{ "tags": "menu" }', /^tags is "menu"; expected a list of tags, or a function/],
  ['{ "tags": [""] }', /^tag is ""/],
  ['{ "skip": true }', /^skip is true; expected a function/],
  ['{ "mode": "ttl" }', /^mode is "ttl"; expected a ttl/],
  ['null', /^the options of cacheResponse is null/],
])('the options %s are refused', (options, message) => {
  // As somebody writes them who has no compiler.
  const untyped = JSON.parse(options) as CacheResponseOptions<object>
  const cache = (): unknown => cacheResponses(opened(), untyped)
  expect(cache).toThrow(message)
  expect(cache).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})

it('hosts are names and addresses, with ports', () => {
  const hosts = ['shop.example', 'localhost:3000', '[::1]', '[2001:DB8::1]:8443', '127.0.0.1:80', 'bücher.example']
  expect(() => cacheResponses(opened(), { hosts })).not.toThrow()
})

it('more tags than an entry can have are refused, however often one is named', () => {
  const tags = Array.from({ length: 64 }, (_, n) => `tag-${n}`)
  expect(() => cacheResponses(opened(), { tags: [...tags, ...tags] })).not.toThrow()
  expect(() => cacheResponses(opened(), { tags: [...tags, 'one more'] })).toThrow(
    /expected at most 64: use coarser ones/,
  )
})

it.each<[string, string, PurgePagesOptions]>([
  ['"/menu"', 'a list of paths', {}],
  ['[]', 'a list of paths', {}],
  ['["menu"]', 'a path that begins with /', {}],
  ['["https://shop.example/menu"]', 'a path that begins with /', {}],
  ['["/menu", null]', 'a path that begins with /', {}],
  ['["/müsli"]', 'escaped as clients send it', {}],
  ['["/a b"]', 'escaped as clients send it', {}],
  ['["/menu#top"]', 'escaped as clients send it', {}],
  ['["/menu"]', 'one of hosts', { hosts: ['shop.example'] }],
  ['["/menu"]', 'one of hosts', { hosts: ['shop.example'], host: 'other.example' }],
])('purging %s is refused: %s', async (paths, expected, options) => {
  // As somebody writes them who has no compiler.
  const untyped = JSON.parse(paths) as string[]
  await expect(purgePages(opened(), untyped, options)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(expected) as unknown,
  })
})

it('purging says what it was not to be given', async () => {
  // What the compiler would refuse.
  const misspelt = { hots: ['shop.example'] } as PurgePagesOptions
  await expect(purgePages(opened(), ['/menu'], misspelt)).rejects.toThrow(
    'a member of the options of purgePages is "hots"',
  )
})

it('paths are purged as they are sent', async () => {
  const reached = purgePages(opened(), ['/', '/m%C3%BCsli?a=1&b=%20', '//x', "/a;b'~"], {
    ...{ hosts: ['shop.example'], host: 'SHOP.example' },
  })
  await expect(reached).resolves.toEqual({ reached: 'all' })
})
