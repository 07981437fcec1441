import { expect, it } from 'vitest'
import * as contract from '../src/contract/index.ts'
import * as testing from '../src/index.ts'

it('exports these values and no others', () => {
  expect(Object.keys(testing).sort()).toEqual([
    'assertCacheSafe',
    'cachedAdapterTests',
    'cachedLeakTests',
    'cachedRedisTests',
    'countCommands',
    'countTrips',
    'faultProxy',
    'httpAdapterTests',
    'limitAdapterTests',
    'manualClock',
    'optionsFor',
    'ruleFor',
    'sessionAdapterTests',
    'sessionRaceTests',
    'startRedis',
    'startRedisCluster',
    'startRedisRest',
    'startSentinel',
    'tlsMaterial',
    'webStreamOf',
  ])
  expect(Object.keys(contract).sort()).toEqual(['describeCacheStore', 'describeSessionStore'])
})
