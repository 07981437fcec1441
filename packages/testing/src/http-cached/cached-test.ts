import { randomUUID } from 'node:crypto'
import { createRedstart, fixedWindow, type Redstart, type RedstartEvent, type RedstartOptions } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { ask, keepAlive, type Received, type Sent } from '../http/client.ts'
import { type ManualClock, manualClock } from '../manual-clock.ts'
import type {
  CachedAdapter,
  CachedAnswer,
  CachedApp,
  CachedFields,
  CachedRoute,
  CachedTurn,
  LoggedRequest,
} from './cached-adapter.ts'

/** One thing that is expected of every adapter with a response cache. */
export interface CachedAdapterTest {
  readonly name: string
  readonly run: (adapter: CachedAdapter) => Promise<void>
}

/** The same, over Redis. */
export interface CachedRedisTest {
  readonly name: string
  /** @param url of any Redis; what other tests left in it does no harm. */
  readonly run: (adapter: CachedAdapter, url: string) => Promise<void>
}

/** What a test has; all that it starts ends with it. */
export interface CachedTestParts {
  readonly adapter: CachedAdapter
  start(parts: CachedAppParts): Promise<RunningCached>
  /** Runs when the test has ended, the last one first. */
  onEnd(end: () => void | Promise<void>): void
}

export interface CachedAppParts extends Partial<
  Pick<CachedApp, 'options' | 'sessions' | 'compression' | 'limited' | 'trustsProxy'>
> {
  /** By method and path, as in `GET /menu`. */
  readonly routes: Readonly<Record<string, Handler>>
  readonly redstart?: Pick<RedstartOptions<CachedFields>, 'app' | 'deadline' | 'maxStaleness' | 'namespaces'>
  /** Of the Redis that has what is stored, under keys of its own unless `redstart` names an app. @default memory */
  readonly url?: string
}

export type Handler = (turn: CachedTurn) => CachedAnswer | Promise<CachedAnswer>

/** An app, running, with a clock that stands still over memory, and the system's over Redis. */
export interface RunningCached {
  readonly adapter: CachedAdapter
  readonly redstart: Redstart<CachedFields>
  readonly clock: ManualClock
  readonly port: number
  /** Targets that handlers ran for. */
  readonly handled: readonly string[]
  readonly logged: readonly LoggedRequest[]
  readonly events: readonly RedstartEvent[]
  /** Asks `app.example`, and for no coding, unless other headers are given. */
  ask(path: string, sent?: Sent): Promise<Received>
  /** How often a handler ran for this target. */
  runs(target: string): number
}

export function cachedTest(name: string, test: (parts: CachedTestParts) => Promise<void>): CachedAdapterTest {
  return {
    name,
    run: async (adapter) => {
      const ends: (() => void | Promise<void>)[] = []
      const onEnd: CachedTestParts['onEnd'] = (end) => void ends.unshift(end)
      try {
        await test({ adapter, onEnd, start: async (parts) => await startCached(adapter, onEnd, parts) })
      } finally {
        for (const end of ends) await end()
      }
    },
  }
}

/** @param test is given the URL of a Redis beside what all have. */
export function redisTest(
  name: string,
  test: (parts: CachedTestParts & { readonly url: string }) => Promise<void>,
): CachedRedisTest {
  return {
    name,
    run: async (adapter, url) => await cachedTest(name, async (parts) => await test({ ...parts, url })).run(adapter),
  }
}

/**
 * An app with one page, or as many as it takes to say what is expected.
 *
 * @param app made for each run where its handlers remember something.
 */
export function pageTest(
  name: string,
  app: CachedAppParts | (() => CachedAppParts),
  test: (running: RunningCached) => Promise<void>,
): CachedAdapterTest {
  return cachedTest(name, async ({ start }) => await test(await start(typeof app === 'function' ? app() : app)))
}

async function startCached(
  adapter: CachedAdapter,
  onEnd: CachedTestParts['onEnd'],
  parts: CachedAppParts,
): Promise<RunningCached> {
  const { routes, options = {}, sessions = 'none', compression = 'none', limited = false, trustsProxy = false } = parts
  const clock = manualClock(1_000_000)
  const handled: string[] = []
  const runs = new Map<string, number>()
  const logged: LoggedRequest[] = []
  const told = (target: string): void => {
    handled.push(target)
    runs.set(target, (runs.get(target) ?? 0) + 1)
  }
  const redstart = openRedstart(parts, clock)
  onEnd(async () => await redstart.close())
  const events: RedstartEvent[] = []
  redstart.events.subscribe((event) => void events.push(event))
  const { port, close } = await adapter.start({
    ...{ redstart, options, sessions, compression, limited, trustsProxy },
    logged: (seen) => void logged.push(seen),
    routes: Object.entries(routes).map(([route, handle]) => counted(route, handle, told)),
  })
  const agent = keepAlive(CONNECTIONS)
  onEnd(async () => {
    agent.destroy()
    await close()
  })
  return {
    ...{ adapter, redstart, clock, port, handled, logged, events },
    ask: async (path, sent = {}) =>
      await ask(port, path, {
        agent,
        ...sent,
        headers: { host: 'app.example', 'accept-encoding': 'identity', ...sent.headers },
      }),
    runs: (target) => runs.get(target) ?? 0,
  }
}

/** Of all clients of an app together; more requests wait. */
const CONNECTIONS = 120
/** More than any test asks for. */
const POLICIES = { many: fixedWindow({ limit: 1000, window: '1h' }) } as const

function openRedstart({ url, redstart }: CachedAppParts, clock: ManualClock): Redstart<CachedFields> {
  const own = { app: `app-${randomUUID()}`, keys: KEY, policies: POLICIES, deadline: '10s' } as const
  if (url === undefined) return createRedstart<CachedFields>({ ...own, clock, ...redstart })
  return createRedstart<CachedFields>({ ...own, backend: redis(url), ...redstart })
}

/** What seals sessions in these tests. */
const KEY = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc='

function counted(route: string, handle: Handler, told: (target: string) => void): CachedRoute {
  const [method, path = ''] = route.split(' ')
  return {
    // What tests write is one of these.
    method: method as CachedRoute['method'],
    path,
    handle: async (turn) => {
      told(turn.target)
      return await handle(turn)
    },
  }
}
