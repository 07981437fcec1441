import { Redis } from 'ioredis'
import { milliseconds } from '../duration.ts'
import { invalidArgument } from '../errors.ts'
import { breakerOf } from './breaker-options.ts'
import { ownOptions } from './client-options.ts'
import { ofClient } from './given-client.ts'
import { checkKnown } from './known-options.ts'
import type { RedisClient, RedisConnectionOptions } from './options.ts'
import { placeOf } from './place.ts'
import type { RedisSettings } from './settings.ts'
import { keepStringMethodsFast } from './string-methods.ts'
import { markersOf, whole } from './whole.ts'

/** Checks what `redis()` was called with. */
export function settingsOf(target: string | RedisConnectionOptions | RedisClient): RedisSettings {
  keepStringMethodsFast()
  if (typeof target === 'string') return optionsOf({ url: target })
  if (typeof target !== 'object' || target === null)
    throw invalidArgument('redis: target', target, 'a URL, options or an ioredis client')
  if (!isClient(target)) return optionsOf(target)
  const settings = optionsOf({})
  return { ...settings, ...ofClient(target, settings.connectTimeout) }
}

/** By shape, not `instanceof`, which fails for another copy or version of ioredis. */
function isClient(target: object): target is RedisClient {
  return 'duplicate' in target && typeof target.duplicate === 'function' && 'options' in target && 'status' in target
}

function optionsOf(options: RedisConnectionOptions): RedisSettings {
  checkKnown(options)
  const { connectionName = 'redstart' } = options
  const connectTimeout = milliseconds(options.connectTimeout ?? '5s', 'redis: connectTimeout', 1)
  const { place, cluster } = placeOf(options)
  return {
    client: (pause, address, protocol) =>
      new Redis({ ...place, ...address, ...ownOptions(connectionName, connectTimeout, pause, protocol) }),
    cluster,
    poolSize: whole(options.poolSize ?? 1, 'redis: poolSize', 1, 64),
    connectTimeout,
    breaker: breakerOf(options.breaker, 'redis'),
    markers: markersOf(options.markers, 'redis'),
  }
}
