import { RedstartError } from '@redstart/core'
import { inRange } from '../in-range.ts'
import { type RedisServer, startRedis } from '../start-redis.ts'
import { startTogether, stopTogether } from '../start-together.ts'
import { waitUntil } from '../wait-until.ts'
import { currentMaster, failOver, type Watched } from './failover.ts'
import { roleOf, seesAll } from './sentinel-views.ts'

/** Settings of a master with replicas, watched by sentinels. */
export interface StartSentinelOptions {
  /** What the sentinels call the master: letters, digits, '.', '_' and '-'. @default 'redstart' */
  readonly name?: string
  /** 1 to 8. @default 1 */
  readonly replicas?: number
  /** 1 to 9; more than half of them have to agree that the master is gone. @default 3 */
  readonly sentinels?: number
  /**
   * Milliseconds that the master may be silent before a sentinel holds it to be gone.
   * @default 1000
   */
  readonly downAfter?: number
  /**
   * Of the master and the replicas, and part of `url` then; the sentinels have none. Without spaces and
   * quotes, which a sentinel damages in its configuration.
   */
  readonly password?: string
  /** Arguments for the server programs of the master and the replicas, after ours. */
  readonly args?: readonly string[]
}

/** A master with replicas, watched by sentinels. */
export interface SentinelSetup extends AsyncDisposable {
  /** `redis+sentinel://host:port,host:port,host:port/name`, with the password of the data servers where there is one. */
  readonly url: string
  readonly name: string
  readonly sentinels: readonly RedisServer[]
  /** The master of the beginning, then its replicas; each may be another role later. */
  readonly servers: readonly RedisServer[]
  /**
   * The master now.
   *
   * @throws RedstartError `STORE_FAILED` while the sentinels do not agree, or when none answers.
   */
  master(): Promise<RedisServer>
  /** Those of `servers` that say within 5 s that they are replicas. */
  replicas(): Promise<readonly RedisServer[]>
  /**
   * Makes a replica the master, and resolves when it says so and all sentinels that answer name it. The old master, when
   * it answers, becomes a replica some 5 seconds later.
   *
   * @throws RedstartError `STORE_TIMEOUT` when that took more than 30 s; its cause is what a sentinel refused.
   */
  failover(): Promise<void>
  /** Ends everything; may be called again. */
  stop(): Promise<void>
}

const TIMEOUT = 30_000
/** Sentinels look and talk more often than by default, and forgive a busy machine its pauses (milliseconds). */
const PACE = Object.entries({
  'ping-period': 100,
  'info-period': 100,
  'publish-period': 100,
  'ask-period': 100,
  'min-link-reconnect-period': 500,
  'tilt-trigger': 10_000,
  'tilt-period': 1000,
}).flat()
/**
 * Once they know each other: four times this is how long a sentinel bears with a replica that says it is a master. Within
 * it the sentinel that leads a failover, which looks every second then, has to see the promotion and tell the others.
 */
const CALM = ['publish-period', 1000]

/**
 * Starts a master, replicas and sentinels on free ports of 127.0.0.1, and waits until the sentinels know all of them.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a number or a name that is not allowed; `STORE_UNAVAILABLE` like
 *   `startRedis`; `STORE_TIMEOUT` when they do not find together.
 */
export async function startSentinel(options: StartSentinelOptions = {}): Promise<SentinelSetup> {
  const { password } = options
  const { replicas, ...settings } = checked(options)
  const servers = await startServers(options, 1 + replicas)
  try {
    await follow(servers)
    const sentinels = await watch(servers, settings, password)
    return handle({ name: settings.name, servers, sentinels }, password)
  } catch (error) {
    await stopTogether(servers)
    throw error
  }
}

function handle(watched: Watched, password: string | undefined): SentinelSetup {
  const { name, servers, sentinels } = watched
  const signIn = password === undefined ? '' : `:${encodeURIComponent(password)}@`
  const stop = async (): Promise<void> => await stopTogether([...sentinels, ...servers])
  return {
    url: `redis+sentinel://${signIn}${sentinels.map(({ host, port }) => `${host}:${port}`).join(',')}/${name}`,
    name,
    sentinels,
    servers,
    master: async () => await currentMaster(watched),
    async replicas() {
      const roles = await Promise.all(servers.map(roleOf))
      return servers.filter((_, n) => roles[n] === 'slave')
    },
    failover: async () => await failOver(watched),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

interface WatchSettings {
  readonly name: string
  readonly sentinels: number
  readonly downAfter: number
}

function checked(options: StartSentinelOptions): WatchSettings & { readonly replicas: number } {
  const { name = 'redstart' } = options
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new RedstartError(
      'INVALID_ARGUMENT',
      'The name of the master is not one; expected letters, digits, . _ and -',
    )
  }
  return {
    name,
    replicas: inRange('replicas', options.replicas ?? 1, 1, 8),
    sentinels: inRange('sentinels', options.sentinels ?? 3, 1, 9),
    downAfter: inRange('downAfter', options.downAfter ?? 1000, 100, 60_000),
  }
}

async function startServers(
  { password, args = [] }: StartSentinelOptions,
  count: number,
): Promise<readonly RedisServer[]> {
  const signIn = password === undefined ? {} : { password }
  const masterAuth = password === undefined ? [] : ['--masterauth', password]
  const ours = ['--repl-diskless-sync-delay', '0', ...masterAuth]
  return await startTogether(count, async () => await startRedis({ ...signIn, args: [...ours, ...args] }))
}

/** Makes all but the first replicas of the first. */
async function follow([master, ...replicas]: readonly RedisServer[]): Promise<void> {
  const linked = async (replica: RedisServer): Promise<boolean> =>
    String(await replica.command('INFO', 'replication')).includes('master_link_status:up\r\n')
  await Promise.all(
    replicas.map(async (replica) => await replica.command('REPLICAOF', master?.host ?? '', master?.port ?? 0)),
  )
  await waitUntil(
    async () => (await Promise.all(replicas.map(linked))).every(Boolean),
    'the replicas to be fed',
    TIMEOUT,
  )
}

async function watch(
  servers: readonly RedisServer[],
  { name, sentinels: count, downAfter }: WatchSettings,
  password: string | undefined,
): Promise<readonly RedisServer[]> {
  const [master] = servers
  const config = [
    `sentinel monitor ${name} ${master?.host} ${master?.port} ${Math.floor(count / 2) + 1}`,
    `sentinel down-after-milliseconds ${name} ${downAfter}`,
    `sentinel failover-timeout ${name} 5000`,
    `sentinel parallel-syncs ${name} ${servers.length}`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${name} ${password}`]),
  ]
  const sentinels = await startTogether(count, async () => await startRedis({ config, args: ['--sentinel'] }))
  const expected = { sentinels: count, replicas: servers.length - 1 }
  try {
    await Promise.all(sentinels.map(async (sentinel) => await sentinel.command('SENTINEL', 'DEBUG', ...PACE)))
    const ready = async (): Promise<boolean> =>
      (await Promise.all(sentinels.map(async (sentinel) => await seesAll(sentinel, name, expected)))).every(Boolean)
    await waitUntil(ready, 'the sentinels to know each other and the replicas', TIMEOUT)
    await Promise.all(sentinels.map(async (sentinel) => await sentinel.command('SENTINEL', 'DEBUG', ...CALM)))
  } catch (error) {
    await stopTogether(sentinels)
    throw error
  }
  return sentinels
}
