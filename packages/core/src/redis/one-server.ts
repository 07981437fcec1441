// That of the module, which test runners that fake the time leave alone.
import { setImmediate } from 'node:timers'
import type { Redis } from 'ioredis'
import type { Clock } from '../clock.ts'
import { Apart } from './apart.ts'
import { Breaker } from './breaker.ts'
import { Calls, within } from './calls.ts'
import { Connection } from './connection.ts'
import { identify } from './scripts.ts'
import type { ConnectedMaster, Send, Servers, ViewContext } from './servers.ts'
import type { RedisSettings } from './settings.ts'
import { identifyServer, ViewLink } from './view-link.ts'

/** One Redis, alone or whichever one Sentinel names: the first connection has the view, calls about keys go round all. */
export class OneServer implements Servers<ConnectedMaster> {
  readonly single = true
  readonly connected = true
  readonly atEndOfTurn = (act: () => void): void => void setImmediate(act)
  readonly #clock: Clock
  readonly #settings: RedisSettings
  readonly #viewKey: string
  readonly #link: ViewLink
  readonly #connections: readonly Connection[]
  readonly #breaker: Breaker
  readonly #calls: Calls
  readonly #apart: Apart
  #turn = 0

  constructor(settings: RedisSettings, clock: Clock, context: ViewContext) {
    const { client, connectTimeout } = settings
    const { viewKey } = context
    this.#clock = clock
    this.#settings = settings
    this.#viewKey = viewKey
    this.#breaker = new Breaker({ ...settings.breaker, clock, random: Math.random, probe: () => this.#probe() })
    this.#calls = new Calls(clock, this.#breaker)
    const onIdentified = (): void => this.#breaker.recovered()
    this.#link = new ViewLink({ ...context, client, clock, connectTimeout, onIdentified })
    const connect = (): Connection => {
      const prepare = (own: Redis): Promise<void> => identifyServer(own, viewKey).then(onIdentified)
      return new Connection({ client, clock, viewKey, connectTimeout, prepare })
    }
    this.#connections = [this.#link.connection, ...Array.from({ length: settings.poolSize - 1 }, connect)]
    this.#apart = new Apart(clock, this.#breaker, connect)
  }

  call<T>(_key: string, timeout: number, send: Send<T>, many?: boolean): Promise<T> {
    return this.#calls.make(this.#next(), timeout, send, many)
  }

  callApart<T>(_key: string, timeout: number, send: Send<T>): Promise<T> {
    return this.#apart.call(timeout, send)
  }

  callView<T>(timeout: number, send: Send<T>): Promise<T> {
    return this.#calls.make(this.#link.connection, timeout, send)
  }

  get behindSentinel(): boolean {
    return Boolean(this.#link.connection.client.options.sentinels)
  }

  async masters(): Promise<readonly ConnectedMaster[]> {
    return [
      {
        name: '',
        call: (timeout, send) => this.call('', timeout, send),
        connect: (pause, protocol) => this.#settings.client(pause, undefined, protocol),
      },
    ]
  }

  /** A connection that was lost may have been made anew to another server. */
  async changes(): Promise<number> {
    return this.#connections.reduce((losses, connection) => losses + connection.losses, 0)
  }

  split(keys: readonly string[]): readonly (readonly string[])[] {
    return [keys]
  }

  breakers(): { readonly open: number; readonly of: number } {
    return { open: this.#breaker.state === 'closed' ? 0 : 1, of: 1 }
  }

  async close(): Promise<void> {
    this.#breaker.close()
    await Promise.all([
      this.#apart.close(),
      this.#link.close(),
      ...this.#connections.map((connection) => connection.close()),
    ])
  }

  /** Whether Redis answers again: a question of our own, on the connection that everything needs. */
  #probe(): Promise<unknown> {
    const { connection } = this.#link
    const { heard } = connection
    const ask = async (): Promise<unknown> => {
      await connection.opened()
      return connection.client.eval(identify.text, 1, this.#viewKey)
    }
    return within(this.#clock, this.#settings.connectTimeout, ask).catch((error: unknown) => {
      // No call is made meanwhile that could notice a connection that has gone silent since.
      connection.missed(heard)
      throw error
    })
  }

  #next(): Connection {
    const connection = this.#connections[this.#turn] ?? this.#link.connection
    this.#turn = (this.#turn + 1) % this.#connections.length
    return connection
  }
}
