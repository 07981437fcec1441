import { Buffer } from 'node:buffer'
import type { StoreContext } from '../backend.ts'
import type {
  CacheStore,
  Hint,
  Invalidated,
  InvalidateRequest,
  ReadReply,
  ReadRequest,
  ScanRequest,
  TouchRequest,
  WriteRequest,
} from '../cache/cache-store.ts'
import type { Claimed, ClaimRequest, ReleaseRequest } from '../cache/claim-store.ts'
import type { Clock } from '../clock.ts'
import type { KeyListener, KeyTracking } from '../invalidation/tracking-store.ts'
import type { StoreHealth } from '../telemetry/health.ts'
import { lifeBytes } from '../wire/life.ts'
import { CLAIM_PREFIX, claimKey, releaseKey } from './claims.ts'
import { resultOf, sendTogether, type Step } from './batch.ts'
import { anonymousRun, lifetime, readLone, readSeveral, readTogether } from './commands.ts'
import { textOf } from './command-replies.ts'
import { closed } from './failure.ts'
import { serverOf } from './info.ts'
import { readApart } from './read-apart.ts'
import { removeKeys } from './remove.ts'
import { hintOf, invalidatedOf } from './replies.ts'
import { scanEntries } from './scan.ts'
import { announce, invalidate, run, touch, write } from './scripts.ts'
import type { Servers } from './servers.ts'
import { channelOf, type HoldServers, viewKeyOf } from './shared-servers.ts'
import type { RedisTracking, TrackingContext } from './tracking.ts'

/** Opens what tells every change of an entry. */
export type OpenTracking = (context: Omit<TrackingContext, 'servers' | 'connectTimeout'>) => RedisTracking

/**
 * The cache's store in Redis: entries under `app:path`, the view in the hash `{app}:meta`, invalidations told on the
 * channel `{app}:hints`.
 */
export class RedisCacheStore implements CacheStore {
  readonly #app: string
  readonly #clock: Clock
  readonly #viewKey: string
  readonly #channel: string
  readonly #markers: number
  readonly #servers: Servers
  readonly #listeners = new Set<(hint: Hint) => void>()
  /** Left out where nothing could tell. */
  readonly track?: (listener: KeyListener) => KeyTracking
  #tracking: RedisTracking | undefined
  #closed = false

  constructor(
    { markers }: { readonly markers: number },
    context: StoreContext,
    hold: HoldServers,
    openTracking?: OpenTracking,
  ) {
    const { app, clock } = context
    this.#app = app
    this.#clock = clock
    this.#viewKey = viewKeyOf(app)
    this.#channel = channelOf(app)
    this.#markers = markers
    this.#servers = hold(context, {
      onMessage: (message) => this.#hear(message),
      onNewMaster: () => this.#tracking?.mastersChanged(),
    })
    if (openTracking !== undefined) this.track = (listener) => this.#track(listener, openTracking)
  }

  read(request: ReadRequest, timeout: number): Promise<ReadReply> {
    const { keys, names, question } = request
    const ofView = names !== undefined || question !== undefined
    const [path] = keys
    if (!ofView && path !== undefined && keys.length === 1) {
      const key = this.#entryKey(path)
      return this.#servers.call(key, timeout, (client, _wanted, asking) => {
        if (asking) announce(client)
        return readLone(client, key)
      })
    }
    const { connected } = this.#servers
    const whole = { keys: keys.map((each) => this.#entryKey(each)), names, question, connected, viewKey: this.#viewKey }
    if (!this.#servers.single) return readApart(this.#servers, whole, timeout)
    if (ofView) return this.#servers.callView(timeout, (client, wanted) => readTogether(client, whole, wanted, false))
    return this.#servers.call('', timeout, (client) => readSeveral(client, whole.keys))
  }

  write({ key, bytes, ttl, generation, clock }: WriteRequest, timeout: number): Promise<'stored' | 'outranked'> {
    // A copy: the call may wait for the connection, or for a second sending of the script, while the caller goes on.
    const buffer = Buffer.from(bytes)
    const entryKey = this.#entryKey(key)
    const values = [buffer, lifetime(ttl), Buffer.from(generation, 'hex'), clock]
    return this.#servers.call(entryKey, timeout, async (client, wanted, asking) =>
      (await run(client, write, entryKey, values, wanted, asking)) === 1 ? 'stored' : 'outranked',
    )
  }

  touch({ key, ttl, generation, clock, freshUntil, staleUntil }: TouchRequest, timeout: number): Promise<boolean> {
    const entryKey = this.#entryKey(key)
    const life = Buffer.from(lifeBytes(freshUntil, staleUntil))
    const values = [Buffer.from(generation, 'hex'), clock, life, lifetime(ttl)]
    return this.#servers.call(
      entryKey,
      timeout,
      async (client, wanted, asking) => (await run(client, touch, entryKey, values, wanted, asking)) === 1,
    )
  }

  claim(request: ClaimRequest, timeout: number): Promise<Claimed> {
    return claimKey(this.#servers, this.#entryKey(`${CLAIM_PREFIX}${request.path}`), request, timeout)
  }

  release(request: ReleaseRequest, timeout: number): Promise<void> {
    return releaseKey(this.#servers, this.#entryKey(`${CLAIM_PREFIX}${request.path}`), request, timeout)
  }

  invalidate(request: InvalidateRequest, timeout: number): Promise<Invalidated> {
    const { kind, candidate, keep } = request
    const deadline =
      kind === 'soft' && request.deadline <= Number.MAX_SAFE_INTEGER ? Math.max(0, Math.floor(request.deadline)) : '-'
    const names = new Set(request.names)
    const { single, connected } = this.#servers
    const anonymous = anonymousRun(connected)
    const values = [candidate, lifetime(keep), kind, deadline, this.#markers, this.#channel, anonymous, ...names]
    const unlink = request.unlink.map((path) => this.#entryKey(path))
    const steps: Step[] = [{ kind: 'script', script: invalidate, key: this.#viewKey, values }]
    // Behind the script in the same write. Whether it works is of no consequence for safety.
    if (single && unlink.length > 0) steps.push({ kind: 'command', command: 'unlink', args: unlink })
    const done = this.#servers.callView(timeout, async (client, wanted, asking) => {
      const [reply] = await sendTogether(client, steps, wanted, asking)
      return invalidatedOf(resultOf(reply))
    })
    return single || unlink.length === 0 ? done : this.#unlinkAfter(done, unlink, timeout)
  }

  scan({ match }: ScanRequest, timeout: number): AsyncIterable<readonly string[]> {
    return scanEntries(this.#servers, this.#entryKey(''), match, timeout)
  }

  remove(paths: readonly string[], timeout: number): Promise<number> {
    return removeKeys(
      this.#servers,
      paths.map((path) => this.#entryKey(path)),
      timeout,
    )
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    if (this.#closed) throw closed()
    // One function given twice is two subscriptions.
    const own = (hint: Hint): void => listener(hint)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  async health(timeout: number): Promise<StoreHealth> {
    const asked = this.#clock.now()
    const server = await this.#servers.callView(timeout, async (client) =>
      serverOf(textOf(await client.call('info', [])), this.#servers.behindSentinel),
    )
    return { roundTrip: this.#clock.now() - asked, server, breakers: this.#servers.breakers() }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#listeners.clear()
    await Promise.all([this.#tracking?.close(), this.#servers.close()])
  }

  /** Nobody waits for it. */
  async #unlinkAfter(done: Promise<Invalidated>, keys: readonly string[], timeout: number): Promise<Invalidated> {
    const invalidated = await done
    removeKeys(this.#servers, keys, timeout).catch(() => {})
    return invalidated
  }

  #track(listener: KeyListener, open: OpenTracking): KeyTracking {
    if (this.#closed) throw closed()
    this.#tracking = open({ clock: this.#clock, viewKey: this.#viewKey, prefix: this.#entryKey(''), listener })
    return this.#tracking
  }

  #hear(message: string): void {
    const hint = hintOf(message)
    if (hint === undefined) return
    for (const listener of this.#listeners) listener(hint)
  }

  #entryKey(path: string): string {
    return `${this.#app}:${path}`
  }
}
