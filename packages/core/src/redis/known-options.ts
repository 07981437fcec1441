import { checkMembers } from '../errors.ts'
import { membersOf } from '../members.ts'
import type { RedisConnectionOptions } from './options.ts'

const OWN = membersOf<RedisConnectionOptions>({
  url: true,
  host: true,
  port: true,
  username: true,
  password: true,
  db: true,
  tls: true,
  poolSize: true,
  connectTimeout: true,
  markers: true,
  breaker: true,
  connectionName: true,
  natMap: true,
  sentinels: true,
  name: true,
  sentinelUsername: true,
  sentinelPassword: true,
  sentinelTls: true,
  cluster: true,
})

/** Options of ioredis 5 and 6 that mean nothing here: whoever has an object for both need not take it apart. */
const OF_IOREDIS = [
  ...['family', 'path', 'keepAlive', 'noDelay', 'localAddress', 'keyPrefix', 'lazyConnect', 'readOnly', 'monitor'],
  ...['retryStrategy', 'reconnectOnError', 'maxRetriesPerRequest', 'maxLoadingRetryTime', 'commandTimeout'],
  ...['socketTimeout', 'blockingTimeout', 'blockingTimeoutGrace', 'disconnectTimeout', 'enableReadyCheck'],
  ...['enableOfflineQueue', 'offlineQueue', 'commandQueue', 'autoResubscribe', 'autoResendUnfulfilledCommands'],
  ...['enableAutoPipelining', 'autoPipeliningIgnoredCommands', 'stringNumbers', 'showFriendlyErrorStack', 'scripts'],
  ...[
    'protocol',
    'replyMapping',
    'himportFieldsets',
    'disableClientInfo',
    'clientInfoTag',
    'Connector',
    'role',
    'preferredSlaves',
  ],
  ...['sentinelRetryStrategy', 'sentinelReconnectStrategy', 'sentinelCommandTimeout', 'sentinelMaxConnections'],
  ...['enableTLSForSentinelMode', 'sentinelTLS', 'updateSentinels', 'failoverDetector'],
]
const FOREIGN: ReadonlySet<string> = new Set(OF_IOREDIS)

/** @throws RedstartError `INVALID_ARGUMENT` for options that nobody knows, misspelt ones above all. */
export function checkKnown(options: RedisConnectionOptions): void {
  checkMembers('the options of redis', options, OWN, FOREIGN)
}
