import { REDIS_HOST_FORM, REDIS_URL_FORMS } from './redis-config.ts'
import { KEY_FORMS } from '../session/sealing-keys.ts'
import { type Form, FORMS } from './forms.ts'

/** A variable of the environment. */
export interface Variable {
  /** Without a prefix. */
  readonly name: string
  /** Where in the configuration its value goes; of several variables with one place the first that is set counts. */
  readonly to: string
  readonly form: Form
  /** What it may be, in words. */
  readonly allowed: string
  /** Its value is never repeated. */
  readonly secret?: true
  /** It is read only with the prefix, because its name alone says too little. */
  readonly prefixed?: true
}

const WORD = '1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit'
const YES_NO = 'true or false, yes or no, on or off, 1 or 0'

/** Every variable that is understood, those that others build upon first. */
export const VARIABLES: readonly Variable[] = [
  { name: 'REDIS_URL', to: 'redis.url', form: FORMS.text, allowed: REDIS_URL_FORMS, secret: true },
  { name: 'REDIS_HOST', to: 'redis.host', form: FORMS.text, allowed: REDIS_HOST_FORM },
  { name: 'REDIS_PORT', to: 'redis.port', form: FORMS.whole, allowed: 'a whole number of 1 to 65535' },
  { name: 'REDIS_DB', to: 'redis.db', form: FORMS.whole, allowed: 'a whole number of 0 to 99999' },
  { name: 'REDIS_USERNAME', to: 'redis.username', form: FORMS.text, allowed: 'text' },
  { name: 'REDIS_PASSWORD', to: 'redis.password', form: FORMS.secret, allowed: 'text', secret: true },
  { name: 'REDIS_SSL', to: 'redis.tls', form: FORMS.flag, allowed: YES_NO },
  { name: 'REDIS_POOL_SIZE', to: 'redis.poolSize', form: FORMS.whole, allowed: 'a whole number of 1 to 64' },
  {
    name: 'REDIS_MAX_CONNECTIONS',
    to: 'redis.poolSize',
    form: FORMS.upTo64,
    allowed: 'a whole number of at least 1; more than 64 are taken as 64',
  },
  { name: 'REDIS_TIMEOUT', to: 'redis.connectTimeout', ...seconds() },
  { name: 'CACHE_KEY_PREFIX', to: 'redstart.app', form: FORMS.prefix, allowed: WORD },
  { name: 'APP', to: 'redstart.app', form: FORMS.prefix, allowed: WORD, prefixed: true },
  { name: 'CACHE_DEFAULT_TTL', to: 'redstart.defaults.ttl', ...seconds() },
  { name: 'CACHE_TTL', to: 'redstart.defaults.ttl', ...seconds() },
  { name: 'CACHE_SERIALIZER', to: 'redstart.defaults.serializer', form: FORMS.serializer, allowed: 'json or msgpack' },
  { name: 'CACHE_COMPRESSION', to: 'redstart.defaults.compression', form: FORMS.compression, allowed: YES_NO },
  {
    name: 'CACHE_COMPRESSION_THRESHOLD',
    to: 'redstart.defaults.compression.threshold',
    form: FORMS.whole,
    allowed: 'a whole number of bytes',
  },
  { name: 'DB_CACHE_TTL_SECONDS', to: 'redstart.namespaces.db.ttl', ...seconds() },
  { name: 'API_CACHE_TTL_SECONDS', to: 'redstart.namespaces.api.ttl', ...seconds() },
  { name: 'MODEL_CACHE_TTL_SECONDS', to: 'redstart.namespaces.model.ttl', ...seconds() },
  { name: 'MAX_CACHE_SIZE_MB', to: 'redstart.l1.maxBytes', form: FORMS.megabytes, allowed: 'megabytes, more than 0' },
  { name: 'MAX_STALENESS', to: 'redstart.maxStaleness', ...seconds(), prefixed: true },
  { name: 'DEADLINE', to: 'redstart.deadline', ...milliseconds(), prefixed: true },
  { name: 'CONSISTENCY', to: 'redstart.consistency', form: FORMS.text, allowed: 'bounded or strict', prefixed: true },
  { name: 'COHERENCE', to: 'redstart.coherence', form: FORMS.text, allowed: 'markers or tracking', prefixed: true },
  { name: 'OUTAGE', to: 'redstart.outage', form: FORMS.text, allowed: 'load or serve', prefixed: true },
  { name: 'SESSION_TIMEOUT_MINUTES', to: 'redstart.sessions.idle', ...minutes() },
  {
    name: 'MAX_SESSIONS_PER_USER',
    to: 'redstart.sessions.limit.max',
    form: FORMS.whole,
    allowed: 'a whole number of 1 to 1000',
  },
  { name: 'SESSION_CLEANUP_INTERVAL', to: '', ...minutes(), form: FORMS.unusedMinutes },
  { name: 'SESSION_ENCRYPTION_KEY', to: 'redstart.keys', form: FORMS.list, allowed: KEY_FORMS, secret: true },
  { name: 'KEYS', to: 'redstart.keys', form: FORMS.list, allowed: KEY_FORMS, secret: true, prefixed: true },
  { name: 'API_RATE_LIMIT', to: 'limits.api.limit', form: FORMS.whole, allowed: 'a whole number of at least 1' },
  { name: 'API_RATE_LIMIT_WINDOW', to: 'limits.api.window', ...seconds() },
  { name: 'CACHE_WARMING_ENABLED', to: 'warming.enabled', form: FORMS.flag, allowed: YES_NO },
  { name: 'CACHE_WARMING_INTERVAL_MINUTES', to: 'warming.interval', ...minutes() },
]

function seconds(): Pick<Variable, 'form' | 'allowed'> {
  return { form: FORMS.seconds, allowed: 'seconds, more than 0, or a duration with its unit, such as 90s, 5m or 1h' }
}

function minutes(): Pick<Variable, 'form' | 'allowed'> {
  return { form: FORMS.minutes, allowed: 'minutes, more than 0, or a duration with its unit, such as 90s, 30m or 1h' }
}

function milliseconds(): Pick<Variable, 'form' | 'allowed'> {
  return {
    form: FORMS.milliseconds,
    allowed: 'milliseconds, more than 0, or a duration with its unit, such as 250ms or 1s',
  }
}
