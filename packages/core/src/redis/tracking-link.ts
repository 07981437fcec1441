import type { Redis } from 'ioredis'
import type { Clock } from '../clock.ts'
import { within } from './calls.ts'
import { Connection } from './connection.ts'
import type { ConnectedMaster } from './servers.ts'

export interface TrackingLinkContext {
  readonly master: ConnectedMaster
  readonly clock: Clock
  readonly viewKey: string
  readonly connectTimeout: number
  /** What the keys begin with. */
  readonly prefix: string
  readonly onKey: (key: string) => void
  /** Something may have been changed without a word. */
  readonly onLoss: () => void
}

/** Where Redis tells invalidated keys to clients of RESP2. */
const CHANNEL = '__redis__:invalidate'

/**
 * One connection on which one server tells every key that is changed in it. It is its own `REDIRECT`: with two
 * connections, the loss of the one that tracks would go unnoticed on the one that listens. Broadcasting, since the server
 * then has nothing to remember about what was read. RESP2, because ioredis drops the push messages of RESP3.
 *
 * @see https://redis.io/docs/latest/develop/reference/client-side-caching/
 */
export class TrackingLink {
  readonly #context: TrackingLinkContext
  readonly #connection: Connection

  constructor(context: TrackingLinkContext) {
    this.#context = context
    const { master, clock, viewKey, connectTimeout } = context
    this.#connection = new Connection({
      client: (pause) => master.connect(pause, 2),
      clock,
      viewKey,
      connectTimeout,
      prepare: (client) => this.#arm(client),
    })
    const { client } = this.#connection
    // Of several keys, `message` would make one text with commas.
    client.on('messageBuffer', (_channel: Buffer, keys: unknown) => this.#hear(keys))
    client.on('close', () => context.onLoss())
  }

  /** Resolves when all that was changed before the call has been told; replies come behind what was told earlier. */
  confirm(timeout: number): Promise<void> {
    const connection = this.#connection
    const { heard } = connection
    const ask = async (): Promise<void> => {
      await connection.opened()
      await connection.client.ping()
      connection.heard += 1
    }
    return within(this.#context.clock, timeout, ask).catch((error: unknown) => {
      connection.missed(heard)
      throw connection.explain(error)
    })
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  async #arm(client: Redis): Promise<void> {
    const { prefix } = this.#context
    // Off, because a connection that was refused before may track already, and may not track the same keys twice.
    const [id] = await Promise.all([client.client('ID'), client.client('TRACKING', 'OFF')])
    await client.client('TRACKING', 'ON', 'REDIRECT', id, 'BCAST', 'PREFIX', prefix)
    await client.subscribe(CHANNEL)
    // What was changed before was told to nobody.
    this.#context.onLoss()
  }

  /** @param keys a list, or null when everything was flushed. */
  #hear(keys: unknown): void {
    const { prefix, onKey, onLoss } = this.#context
    this.#connection.heard += 1
    if (!Array.isArray(keys)) return onLoss()
    for (const key of keys) if (Buffer.isBuffer(key)) onKey(key.toString().slice(prefix.length))
  }
}
