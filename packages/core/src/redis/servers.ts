import type { Redis } from 'ioredis'
import type { Client } from './client.ts'

/** True while the caller still waits. */
export type Wanted = () => boolean

/**
 * What a call does on its connection.
 *
 * @param wanted false once nobody waits for the result.
 * @param asking the key is on its way here: each command must be sent behind an `ASKING` of its own.
 */
export type Send<T> = (client: Client, wanted: Wanted, asking: boolean) => Promise<T>

/** The servers behind the stores of an instance: which has a key, and which the app's view. */
export interface Servers<M extends Master = Master> {
  /** One server has everything, so that one pipeline can read all of it. */
  readonly single: boolean
  /** Sentinels named it. */
  readonly behindSentinel: boolean
  /**
   * Calls go over connections that stay: whoever answers is the run of the server that was checked when the connection was
   * made, and has what was sent on it before. Where each call goes its own way, each question and each snapshot must check
   * for itself, and nobody can say which replicas have what.
   */
  readonly connected: boolean
  /**
   * Runs something when this turn of the event loop ends, by which time more may have come that goes together in one call.
   * Left out where nothing is gained by that: keys of a Cluster cannot go together, and over HTTP calls are gathered anyway.
   */
  readonly atEndOfTurn?: ((act: () => void) => void) | undefined
  /**
   * Makes a call to the server that has the key. It waits no longer than `timeout` for all of it.
   *
   * @param many it stands for many: nothing is gained where more are waited for before it goes out.
   */
  call<T>(key: string, timeout: number, send: Send<T>, many?: boolean): Promise<T>
  /** The same on a connection where waiting holds up nobody else; opened at the first use. */
  callApart<T>(key: string, timeout: number, send: Send<T>): Promise<T>
  /** Makes a call on the connection that also carries the hints, to the server that has the view. */
  callView<T>(timeout: number, send: Send<T>): Promise<T>
  /** Those that have keys, as far as is known: all of them in their own right. Waits no longer than `timeout`. */
  masters(timeout: number): Promise<readonly M[]>
  /**
   * A number that differs from an earlier one where keys may have moved between servers since, or a server may have been
   * replaced; asks the servers. Waits no longer than `timeout`.
   */
  changes(timeout: number): Promise<number>
  /** Groups of keys that, as far as is known, have a server in common. */
  split(keys: readonly string[]): readonly (readonly string[])[]
  /** How many of the circuit breakers are open. */
  breakers(): { readonly open: number; readonly of: number }
  /** Ends all connections. Calls that come later reject with `CLOSED`. */
  close(): Promise<void>
}

/** One server that has keys. */
export interface Master {
  /** Its place: the same for as long as it is the same. */
  readonly name: string
  /** Makes a call to this server, whatever keys it has. It waits no longer than `timeout` for all of it. */
  call<T>(timeout: number, send: (client: Client) => Promise<T>): Promise<T>
}

/** One that connections can be made to. */
export interface ConnectedMaster extends Master {
  /**
   * A new client that has not connected yet, for a connection of somebody's own.
   *
   * @param pause milliseconds to wait before the next attempt to connect.
   */
  connect(pause: () => number, protocol?: 2): Redis
}

/** What the servers of a store are opened with. */
export interface ViewContext {
  readonly viewKey: string
  /** Where invalidations and revocations are told. */
  readonly channel: string
  readonly onHint: (message: string) => void
  /** A server has keys of which that was not known before. */
  readonly onNewMaster: () => void
}
