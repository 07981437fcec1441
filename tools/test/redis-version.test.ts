import { expect, test } from 'vitest'
import { readRedisVersion } from '../redis-version.mjs'

const AT_THE_BORDER: readonly (readonly [answer: string, enough: boolean])[] = [
  ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=79ec1c7c1dd2a3e5', true],
  ['Redis server v=7.0.0 sha=00000000:0', true],
  ['Redis server v=8.2.1 sha=00000000:1', true],
  ['Redis server v=10.0.0 sha=00000000:1', true],
  ['Redis server v=6.2.14 sha=00000000:0', false],
  ['Redis server v=7.0-rc3 sha=00000000:0', true],
  ['Valkey server v=7.2.5 sha=00000000:0', true],
  ['Valkey server v=7.0.0 sha=00000000:0', false],
]

test.each(AT_THE_BORDER)('%s', (answer, enough) => {
  expect(readRedisVersion(answer)?.enough).toBe(enough)
})

test('an answer that follows a warning is found; one of another program is not', () => {
  expect(readRedisVersion('WARNING: overcommit is off\nRedis server v=7.4.2 sha=0')?.version).toBe('7.4.2')
  expect(readRedisVersion('redis-cli 7.0.15')).toBeUndefined()
  expect(readRedisVersion('')).toBeUndefined()
})
