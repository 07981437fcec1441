import type { Clock } from '../../clock.ts'
import { Apart } from '../apart.ts'
import { Breaker } from '../breaker.ts'
import { Calls, within } from '../calls.ts'
import { Connection } from '../connection.ts'
import { load, write } from '../scripts.ts'
import type { Send } from '../servers.ts'
import type { RedisSettings } from '../settings.ts'
import type { RedisAddress } from './address.ts'

/** One server of a Cluster, with a breaker of its own: one that has stopped answering holds up no call to another. */
export class ClusterNode {
  readonly address: RedisAddress
  readonly breaker: Breaker
  readonly calls: Calls
  /** For commands that wait. */
  readonly apart: Apart
  readonly #clock: Clock
  readonly #connectTimeout: number
  readonly #first: Connection
  readonly #connections: readonly Connection[]
  #turn = 0

  constructor(address: RedisAddress, settings: RedisSettings, clock: Clock, viewKey: string) {
    const { connectTimeout, poolSize } = settings
    this.address = address
    this.#clock = clock
    this.#connectTimeout = connectTimeout
    this.breaker = new Breaker({
      ...settings.breaker,
      clock,
      random: Math.random,
      probe: () => this.ask((connection) => connection.client.ping()),
    })
    this.calls = new Calls(clock, this.breaker)
    const connect = (): Connection =>
      new Connection({
        client: (pause) => settings.client(pause, address),
        clock,
        viewKey,
        connectTimeout,
        prepare: async (client) => {
          const pong = client.ping()
          load(client, [write])
          await pong
          this.breaker.recovered()
        },
      })
    this.apart = new Apart(clock, this.breaker, connect)
    this.#first = connect()
    this.#connections = [this.#first, ...Array.from({ length: poolSize - 1 }, connect)]
  }

  /** Whether it was reached, and has not stopped answering. */
  get isUp(): boolean {
    return this.breaker.state === 'closed' && this.#first.isOpen
  }

  /** Makes a call about keys. */
  call<T>(timeout: number, send: Send<T>): Promise<T> {
    const connection = this.#connections[this.#turn] ?? this.#first
    this.#turn = (this.#turn + 1) % this.#connections.length
    return this.calls.make(connection, timeout, send)
  }

  /** Asks something of our own, whether the breaker lets calls pass or not. */
  ask<T>(question: (connection: Connection) => Promise<T>): Promise<T> {
    const first = this.#first
    const { heard } = first
    const asked = async (): Promise<T> => {
      await first.opened()
      try {
        return await question(first)
      } catch (error) {
        throw first.explain(error)
      }
    }
    return within(this.#clock, this.#connectTimeout, asked).catch((error: unknown) => {
      // While the breaker is open no call is made that could notice a connection that has gone silent since.
      first.missed(heard)
      throw error
    })
  }

  async close(): Promise<void> {
    this.breaker.close()
    await Promise.all([this.apart.close(), ...this.#connections.map((connection) => connection.close())])
  }
}
