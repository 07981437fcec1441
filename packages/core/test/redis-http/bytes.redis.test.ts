import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Endpoint } from '../../src/redis-http/endpoint.ts'
import { HttpClient } from '../../src/redis-http/http-client.ts'
import { httpSettingsOf } from '../../src/redis-http/settings.ts'
import { runForBytes, run, write } from '../../src/redis/scripts.ts'
import { restPlace } from './rest-place.ts'

const place = restPlace()
const echo = { text: '#!lua\nreturn ARGV', sha: '0'.repeat(40) }
const always = (): boolean => true

function client(): HttpClient {
  const { url, token } = place.rest
  return new HttpClient(new Endpoint(httpSettingsOf({ url, token })), new AbortController().signal)
}

it('every byte comes to a script as it was, and back', async () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  const pairs = Buffer.from([0xc2, 0x80, 0xc3, 0xbf, 0xc4, 0x80, 0xc4, 0x9f, 0xe2, 0x82, 0xac, 0x0a, 0x22, 0x5c])
  expect(await runForBytes(client(), echo, ['k'], [all, pairs, Buffer.alloc(0)], always, false)).toEqual([
    all,
    pairs,
    Buffer.alloc(0),
  ])
})

it('so does any text, any number and any list of them', async () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.maxSafeInteger(),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 12 }), async (values) => {
      const expected = values.map((each) => Buffer.from(typeof each === 'number' ? String(each) : each))
      expect(await runForBytes(client(), echo, ['k:é'], values, always, false)).toEqual(expected)
    }),
    { numRuns: 25 },
  )
})

it('a megabyte that looks like nothing is stored as it was', async () => {
  const bytes = randomBytes(2 ** 20)
  await run(client(), write, 'large', [bytes, 60_000, Buffer.alloc(16), 1], always, false)
  const read = await client().callBuffer('get', ['large'])
  expect(Buffer.isBuffer(read) && read.equals(bytes)).toBe(true)
})

it('what is read as text is the text, in lists as well', async () => {
  expect(await client().call('set', ['text', 'é漢😀'])).toBe('OK')
  expect(await client().call('mget', ['text', 'none'])).toEqual(['é漢😀', null])
  expect(await client().call('strlen', ['text'])).toBe(9)
  // What is no status may be the word of one.
  await client().call('set', ['ok', 'OK'])
  expect(await client().callBuffer('get', ['ok'])).toEqual(Buffer.from('OK'))
})
