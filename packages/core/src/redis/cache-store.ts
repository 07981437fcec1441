import type { Redis } from 'ioredis'
import type { StoreContext } from '../backend.ts'
import type {
  CacheStore,
  Hint,
  Invalidated,
  InvalidateRequest,
  ReadReply,
  ReadRequest,
  WriteRequest,
} from '../cache/cache-store.ts'
import type { Clock } from '../clock.ts'
import { Breaker } from './breaker.ts'
import { Calls, type Wanted } from './calls.ts'
import { Connection } from './connection.ts'
import { closed, isReply } from './failure.ts'
import { answerOf, hintOf, invalidatedOf, SNAPSHOT_FIELDS, snapshotOf } from './replies.ts'
import { ask, identify, invalidate, load, run, write } from './scripts.ts'
import type { RedisSettings } from './settings.ts'

/**
 * The cache's store in Redis: entries under `app:path`, the view in the hash `{app}:meta`, invalidations told on the
 * channel `{app}:hints`.
 */
export class RedisCacheStore implements CacheStore {
  readonly #clock: Clock
  readonly #app: string
  readonly #metaKey: string
  readonly #channel: string
  readonly #settings: RedisSettings
  readonly #listeners = new Set<(hint: Hint) => void>()
  /** The first carries all that concerns the view, and the hints; entries go round all of them. */
  readonly #connections: readonly Connection[]
  readonly #first: Connection
  /** Where the first cannot both be subscribed and send commands, as in RESP2. */
  #subscriber: Connection | undefined
  readonly #breaker: Breaker
  readonly #calls: Calls
  #turn = 0
  #closed = false

  constructor(settings: RedisSettings, { app, clock }: StoreContext) {
    this.#clock = clock
    this.#app = app
    this.#metaKey = `{${app}}:meta`
    this.#channel = `{${app}}:hints`
    this.#settings = settings
    this.#breaker = new Breaker({ ...settings.breaker, clock, random: Math.random, probe: () => this.#probe() })
    this.#calls = new Calls(clock, this.#breaker)
    this.#first = this.#connection((client) => this.#prepareFirst(client))
    const others = Array.from({ length: settings.poolSize - 1 }, () =>
      this.#connection((client) => this.#identify(client)),
    )
    this.#connections = [this.#first, ...others]
    this.#listen(this.#first.client)
  }

  read(request: ReadRequest, timeout: number): Promise<ReadReply> {
    const { keys, names, question } = request
    if (names !== undefined || question !== undefined) {
      return this.#calls.make(this.#first, timeout, (client, wanted) => this.#readAll(client, request, wanted))
    }
    const [key] = keys
    if (key !== undefined && keys.length === 1) {
      return this.#calls.make(this.#next(), timeout, (client) =>
        client.getBuffer(this.#entryKey(key)).then(loneEntry, noEntry),
      )
    }
    return this.#calls.make(this.#next(), timeout, (client, wanted) => this.#readAll(client, request, wanted))
  }

  write({ key, bytes, ttl, generation, clock }: WriteRequest, timeout: number): Promise<'stored' | 'outranked'> {
    // A copy: the call may wait for the connection, or for a second sending of the script, while the caller goes on.
    const buffer = Buffer.from(bytes)
    return this.#calls.make(this.#next(), timeout, async (client, wanted) => {
      const reply = await run(
        client,
        write,
        this.#entryKey(key),
        [buffer, lifetime(ttl), Buffer.from(generation, 'hex'), clock],
        wanted,
      )
      return reply === 1 ? 'stored' : 'outranked'
    })
  }

  invalidate(request: InvalidateRequest, timeout: number): Promise<Invalidated> {
    const { kind, candidate, keep, unlink } = request
    const deadline =
      kind === 'soft' && request.deadline <= Number.MAX_SAFE_INTEGER ? Math.max(0, Math.floor(request.deadline)) : '-'
    const names = new Set(request.names)
    const values = [candidate, lifetime(keep), kind, deadline, this.#settings.markers, this.#channel, ...names]
    return this.#calls.make(this.#first, timeout, async (client, wanted) => {
      const done = run(client, invalidate, this.#metaKey, values, wanted)
      // Behind the script on the same connection. Whether it works is of no consequence for safety.
      if (unlink.length > 0) client.unlink(unlink.map((key) => this.#entryKey(key))).catch(() => {})
      return invalidatedOf(await done)
    })
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    if (this.#closed) throw closed()
    // One function given twice is two subscriptions.
    const own = (hint: Hint): void => listener(hint)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#breaker.close()
    this.#listeners.clear()
    const all = [...this.#connections, ...(this.#subscriber === undefined ? [] : [this.#subscriber])]
    await Promise.all(all.map((connection) => connection.close()))
  }

  /** Everything of one read in one write: the question, the entries, and last the snapshot that decides them. */
  async #readAll(client: Redis, { keys, names, question }: ReadRequest, wanted: Wanted): Promise<ReadReply> {
    const pipeline = client.pipeline()
    const asked = question && [question.candidate, lifetime(question.keep)]
    if (asked !== undefined) pipeline.evalsha(ask.sha, 1, this.#metaKey, ...asked)
    for (const key of keys) pipeline.getBuffer(this.#entryKey(key))
    if (names !== undefined) pipeline.hmget(this.#metaKey, ...SNAPSHOT_FIELDS, ...names)
    const replies = (await pipeline.exec()) ?? []
    const offset = asked === undefined ? 0 : 1
    const [problem, answer] = asked === undefined ? [] : (replies[0] ?? [])
    const repeated = asked !== undefined && isReply(problem, 'NOSCRIPT') && wanted()
    if (problem && !repeated) throw problem
    return {
      answer: asked && answerOf(repeated ? await client.eval(ask.text, 1, this.#metaKey, ...asked) : answer),
      entries: keys.map((_, index) => entryOf(replies[offset + index])),
      snapshot: names && snapshotOf(names, valueOf(replies[offset + keys.length])),
    }
  }

  /** The first connection: hears the invalidations before it asks anything. */
  async #prepareFirst(client: Redis): Promise<void> {
    const pushes = await speaksResp3(client)
    const subscribed = pushes ? client.subscribe(this.#channel) : this.#subscribeApart()
    await Promise.all([subscribed, this.#identify(client)])
  }

  #subscribeApart(): Promise<void> {
    if (this.#subscriber === undefined) {
      this.#subscriber = this.#connection(async (client) => void (await client.subscribe(this.#channel)))
      this.#listen(this.#subscriber.client)
    }
    return this.#subscriber.opened()
  }

  /** Has Redis compare its run id with that of the generation, which must end with the run that started it. */
  async #identify(client: Redis): Promise<void> {
    const identified = client.eval(identify.text, 1, this.#metaKey)
    load(client, [ask, invalidate, write])
    await identified
    this.#breaker.recovered()
  }

  #listen(client: Redis): void {
    client.on('message', (_channel: string, message: string) => {
      const hint = hintOf(message)
      if (hint === undefined) return
      for (const listener of this.#listeners) listener(hint)
    })
  }

  /** Whether Redis answers again: a question of our own, on the connection that everything needs. */
  #probe(): Promise<unknown> {
    const { client } = this.#first
    return this.#calls.within(this.#settings.connectTimeout, async () => {
      await this.#first.opened()
      return client.eval(identify.text, 1, this.#metaKey)
    })
  }

  #connection(prepare: (client: Redis) => Promise<void>): Connection {
    const { client, connectTimeout } = this.#settings
    return new Connection({ client, clock: this.#clock, metaKey: this.#metaKey, connectTimeout, prepare })
  }

  #next(): Connection {
    const connection = this.#connections[this.#turn] ?? this.#first
    this.#turn = (this.#turn + 1) % this.#connections.length
    return connection
  }

  #entryKey(path: string): string {
    return `${this.#app}:${path}`
  }
}

/** Redis takes whole milliseconds, and would delete a key at once for none. */
function lifetime(ms: number): number {
  return Math.max(1, Math.floor(ms))
}

type Reply = readonly [error: Error | null, result: unknown]

function valueOf(reply: Reply | undefined): unknown {
  if (reply?.[0]) throw reply[0]
  return reply?.[1]
}

function entryOf(reply: Reply | undefined): Uint8Array | undefined {
  if (reply?.[0]) return absent(reply[0])
  return reply?.[1] instanceof Uint8Array ? reply[1] : undefined
}

function loneEntry(bytes: Buffer | null): ReadReply {
  return { entries: [bytes ?? undefined], snapshot: undefined, answer: undefined }
}

function noEntry(error: unknown): ReadReply {
  return { entries: [absent(error)], snapshot: undefined, answer: undefined }
}

/** Something other than bytes under an entry's key is not ours, so there is no entry. */
function absent(error: unknown): undefined {
  if (!isReply(error, 'WRONGTYPE')) throw error
}

/** Only in RESP3 can one connection be subscribed and send commands; ioredis 5 and some proxies speak RESP2. */
async function speaksResp3(client: Redis): Promise<boolean> {
  const hello: unknown = await client.call('HELLO')
  return Array.isArray(hello) && hello[hello.indexOf('proto') + 1] === 3
}
