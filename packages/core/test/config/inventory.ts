/** What one variable does. */
export interface Row {
  readonly name: string
  /** What it is set to, and what comes of it. */
  readonly good: string
  readonly gives: object
  readonly bad: string
  /** The whole line of the error, without the name. */
  readonly line: string
  /** It is read with the prefix alone. */
  readonly prefixed?: true
}

const URL_FORMS =
  'redis://[user:password@]host[:port][/db], redis+sentinel://[user:password@]host[:port],.../master[/db] or redis+cluster://[user:password@]host[:port],..., or the same with rediss for TLS, with special characters of user and password percent-encoded'
const KEY_FORMS =
  '32 bytes as base64 (44 characters, such as `openssl rand -base64 32` gives), as 64 hexadecimal digits, or as 32 plain characters; several with commas between them, of which the first encrypts'
const SECONDS = 'seconds, more than 0, or a duration with its unit, such as 90s, 5m or 1h'
const MINUTES = 'minutes, more than 0, or a duration with its unit, such as 90s, 30m or 1h'
const YES_NO = 'true or false, yes or no, on or off, 1 or 0'
const WORD = '1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit'
const ZEROS = Buffer.alloc(32).toString('base64')

/** Every variable that is read, in the order of `docs/configuration.md`. */
export const INVENTORY: readonly Row[] = [
  row(
    'REDIS_URL',
    'redis://localhost:6379/0',
    redis({ url: 'redis://localhost:6379/0' }),
    'http://:pw@h',
    `is not allowed; expected ${URL_FORMS}`,
  ),
  row(
    'REDIS_HOST',
    'localhost',
    redis({ host: 'localhost' }),
    'localhost:6379',
    'is "localhost:6379"; expected the name or address of one host, without its port',
  ),
  row('REDIS_PORT', '6379', redis({ port: 6379 }), '65536', 'is "65536"; expected a whole number of 1 to 65535'),
  row('REDIS_DB', '0', redis({ db: 0 }), '-1', 'is "-1"; expected a whole number of 0 to 99999'),
  row('REDIS_USERNAME', 'shop', redis({ username: 'shop' })),
  row('REDIS_PASSWORD', 'your_password', redis({ password: 'your_password' })),
  row('REDIS_SSL', 'false', redis({ tls: false }), 'maybe', `is "maybe"; expected ${YES_NO}`),
  row('REDIS_POOL_SIZE', '10', redis({ poolSize: 10 }), '65', 'is "65"; expected a whole number of 1 to 64'),
  row(
    'REDIS_MAX_CONNECTIONS',
    '100',
    redis({ poolSize: 64 }),
    '0',
    'is "0"; expected a whole number of at least 1; more than 64 are taken as 64',
  ),
  row('REDIS_TIMEOUT', '5', redis({ connectTimeout: '5s' }), '0', `is "0"; expected ${SECONDS}`),
  row('CACHE_KEY_PREFIX', 'brahminykite', redstart({ app: 'brahminykite' }), 'my app', `is "my app"; expected ${WORD}`),
  { ...row('APP', 'shop', redstart({ app: 'shop' }), '_', `is "_"; expected ${WORD}`), prefixed: true },
  row('CACHE_DEFAULT_TTL', '3600', redstart({ defaults: { ttl: '3600s' } }), '0', `is "0"; expected ${SECONDS}`),
  row('CACHE_TTL', '3600', redstart({ defaults: { ttl: '3600s' } }), '-5', `is "-5"; expected ${SECONDS}`),
  row(
    'CACHE_SERIALIZER',
    'msgpack',
    redstart({ defaults: { serializer: 'msgpack' } }),
    'pickle',
    'is "pickle"; expected json or msgpack',
  ),
  row(
    'CACHE_COMPRESSION',
    'true',
    redstart({ defaults: { compression: {} } }),
    'gzip',
    `is "gzip"; expected ${YES_NO}`,
  ),
  row(
    'CACHE_COMPRESSION_THRESHOLD',
    '1000',
    redstart({ defaults: { compression: { threshold: 1000 } } }),
    '1kB',
    'is "1kB"; expected a whole number of bytes',
  ),
  row(
    'DB_CACHE_TTL_SECONDS',
    '300',
    redstart({ namespaces: { db: { ttl: '300s' } } }),
    '5 m',
    `is "5 m"; expected ${SECONDS}`,
  ),
  row(
    'API_CACHE_TTL_SECONDS',
    '60',
    redstart({ namespaces: { api: { ttl: '60s' } } }),
    'one',
    `is "one"; expected ${SECONDS}`,
  ),
  row(
    'MODEL_CACHE_TTL_SECONDS',
    '3600',
    redstart({ namespaces: { model: { ttl: '3600s' } } }),
    '1e3',
    `is "1e3"; expected ${SECONDS}`,
  ),
  row(
    'MAX_CACHE_SIZE_MB',
    '512',
    redstart({ l1: { maxBytes: 536_870_912 } }),
    '0',
    'is "0"; expected megabytes, more than 0',
  ),
  {
    ...row('MAX_STALENESS', '5', redstart({ maxStaleness: '5s' }), '0', `is "0"; expected ${SECONDS}`),
    prefixed: true,
  },
  {
    ...row(
      'DEADLINE',
      '250',
      redstart({ deadline: '250ms' }),
      'fast',
      'is "fast"; expected milliseconds, more than 0, or a duration with its unit, such as 250ms or 1s',
    ),
    prefixed: true,
  },
  {
    ...row(
      'CONSISTENCY',
      'strict',
      redstart({ consistency: 'strict' }),
      'Strict',
      'is "Strict"; expected bounded or strict',
    ),
    prefixed: true,
  },
  {
    ...row(
      'COHERENCE',
      'tracking',
      redstart({ coherence: 'tracking' }),
      'none',
      'is "none"; expected markers or tracking',
    ),
    prefixed: true,
  },
  {
    ...row('OUTAGE', 'serve', redstart({ outage: 'serve' }), 'fail', 'is "fail"; expected load or serve'),
    prefixed: true,
  },
  row('SESSION_TIMEOUT_MINUTES', '60', redstart({ sessions: { idle: '60m' } }), '0', `is "0"; expected ${MINUTES}`),
  row(
    'MAX_SESSIONS_PER_USER',
    '5',
    redstart({ sessions: { limit: { max: 5 } } }),
    '1001',
    'is "1001"; expected a whole number of 1 to 1000',
  ),
  row('SESSION_CLEANUP_INTERVAL', '15', {}, 'daily', `is "daily"; expected ${MINUTES}`),
  row(
    'SESSION_ENCRYPTION_KEY',
    ZEROS,
    redstart({ keys: [ZEROS.replace('=', '')] }),
    'your-32-byte-key',
    `is not allowed; expected ${KEY_FORMS}`,
  ),
  {
    ...row(
      'KEYS',
      ZEROS,
      redstart({ keys: [ZEROS.replace('=', '')] }),
      'your-32-byte-key',
      `is not allowed; expected ${KEY_FORMS}`,
    ),
    prefixed: true,
  },
  row(
    'API_RATE_LIMIT',
    '500',
    { limits: { api: { limit: 500, window: '1h' } } },
    '0',
    'is "0"; expected a whole number of at least 1',
  ),
  row(
    'API_RATE_LIMIT_WINDOW',
    '3600',
    { limits: { api: { limit: 1000, window: '3600s' } } },
    '0',
    `is "0"; expected ${SECONDS}`,
  ),
  row('CACHE_WARMING_ENABLED', 'true', { warming: { enabled: true } }, '2', `is "2"; expected ${YES_NO}`),
  row(
    'CACHE_WARMING_INTERVAL_MINUTES',
    '30',
    { warming: { interval: '30m' } },
    'Infinity',
    `is "Infinity"; expected ${MINUTES}`,
  ),
]

/** Without `bad`, any text is allowed. */
function row(name: string, good: string, gives: object, bad = '', line = ''): Row {
  return { name, good, gives, bad, line }
}

function redis(options: object): object {
  return { redis: options }
}

function redstart(options: object): object {
  return { redstart: options }
}
