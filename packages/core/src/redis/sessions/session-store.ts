import { Buffer } from 'node:buffer'
import type { StoreContext } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import type {
  Activity,
  AdmitRequest,
  CommitReply,
  CommitRequest,
  CreateReply,
  CreateRequest,
  EndReply,
  EndRequest,
  ListedRecord,
  LoadReply,
  LoadRequest,
  Revocation,
  RevokeAllRequest,
  RevokeReply,
  RevokeRequest,
  RotateReply,
  RotateRequest,
  SessionAddress,
  SessionStore,
  SessionStoreOptions,
  StatisticsRequest,
  StoredStatistics,
} from '../../session/session-store.ts'
import type { Script, Values } from '../client.ts'
import { timeOf } from '../command-replies.ts'
import { closed, isReply } from '../failure.ts'
import { removeKeys } from '../remove.ts'
import {
  runForBytes,
  sessionAdmit,
  sessionCommit,
  sessionCreate,
  sessionEnd,
  sessionList,
  sessionLoad,
  sessionMembers,
  sessionRead,
  sessionRotate,
} from '../scripts.ts'
import type { Send, Servers } from '../servers.ts'
import { channelOf, type HoldServers, viewKeyOf } from '../shared-servers.ts'
import { noteActivity, sumUp } from './activity.ts'
import { runDurably } from './durable.ts'
import { SessionKeys } from './keys.ts'
import { RedisFormerStore } from './former.ts'
import { Listening } from './listening.ts'
import { commitReplyOf, createReplyOf, endReplyOf, listedOf, loadReplyOf, Reply, rotateReplyOf } from './replies.ts'
import { revocationOf } from './revocation-message.ts'
import { Revocations } from './revocations.ts'

/** The sessions of one namespace in Redis: see `session_alive.lua` for what a record is. */
export class RedisSessionStore implements SessionStore {
  readonly former: RedisFormerStore
  readonly #namespace: string
  readonly #clock: Clock
  readonly #keys: SessionKeys
  readonly #servers: Servers
  readonly #revocations: Revocations
  readonly #listening: Listening
  readonly #listeners = new Set<(revocation: Revocation) => void>()
  #closed = false

  constructor(hold: HoldServers, context: StoreContext, { namespace }: SessionStoreOptions) {
    const { app, clock } = context
    this.#namespace = namespace
    this.#clock = clock
    this.#keys = new SessionKeys(app, namespace)
    this.#servers = hold(context, { onMessage: (message) => this.#hear(message) })
    const [servers, keys] = [this.#servers, this.#keys]
    this.former = new RedisFormerStore(servers)
    this.#revocations = new Revocations({ servers, keys, clock, namespace, channel: channelOf(app) })
    this.#listening = new Listening(servers, clock, viewKeyOf(app))
  }

  async time(timeout: number): Promise<number> {
    return timeOf(await this.#servers.call(this.#keys.index(''), timeout, (client) => client.call('time', [])))
  }

  async create(request: CreateRequest, timeout: number): Promise<CreateReply> {
    const { address, verifier, core, idle, absolute, limit, durability, placeOf = '', until } = request
    const [max, onExceed] = limit === undefined ? ['-', ''] : [limit.max, limit.onExceed]
    const values = [address.sid, until, verifier, copied(core), idle, absolute, max, onExceed, placeOf]
    for (const [field, bytes] of request.fields) values.push(field, copied(bytes))
    const run = { script: sessionCreate, keys: this.#keys.of(address), values, durability, evenLate: false }
    const reply = createReplyOf(await runDurably(this.#servers, this.#clock, run, timeout))
    if (reply.kind === 'created' && address.kind === 'user') this.#forget(address.tag, reply.evicted, timeout)
    return reply
  }

  async load({ address, verifier, touchAfter, readOnly, grace }: LoadRequest, timeout: number): Promise<LoadReply> {
    const keys = this.#keys.of(address)
    const values = [address.sid, verifier, readOnly ? '1' : '0', grace, touchAfter ?? '-']
    const send: Send<unknown> = async (client, wanted, asking) => {
      const run = (script: Script, all: Values): Promise<unknown> =>
        runForBytes(client, script, keys, all, wanted, asking)
      try {
        return await run(sessionLoad, values)
      } catch (error) {
        // A master that cannot save refuses whatever may write, before any of it is done: nobody is signed out for that.
        if (!isReply(error, 'MISCONF') || !wanted()) throw error
        return await run(sessionRead, values.with(READ_ONLY, '1'))
      }
    }
    return loadReplyOf(await this.#servers.call(keys[0], timeout, send))
  }

  async commit(request: CommitRequest, timeout: number): Promise<CommitReply> {
    const { address, verifier, until, grace, touch, idle, core } = request
    const [bytes, nonce] = core === undefined ? ['', ''] : [copied(core.bytes), copied(core.nonce)]
    const values = [address.sid, verifier, until, grace, touch ? '1' : '0', idle ?? '-', bytes, nonce]
    for (const change of request.changes) {
      values.push(change.field, copied(change.nonce), change.onMismatch)
      if (change.bytes === undefined) values.push('delete', '')
      else values.push('set', copied(change.bytes))
    }
    return commitReplyOf(await this.#run(sessionCommit, address, values, timeout))
  }

  async rotate(request: RotateRequest, timeout: number): Promise<RotateReply> {
    const { address, verifier, until, grace, nextVerifier, next } = request
    const values = [address.sid, verifier, until, grace, nextVerifier, copied(next)]
    return rotateReplyOf(await this.#run(sessionRotate, address, values, timeout))
  }

  async end({ address, verifier, grace, keepsPlace = false }: EndRequest, timeout: number): Promise<EndReply> {
    const values = [address.sid, verifier, grace, keepsPlace ? '1' : '0']
    return endReplyOf(await this.#run(sessionEnd, address, values, timeout))
  }

  revoke(request: RevokeRequest, timeout: number): Promise<RevokeReply> {
    return this.#revocations.revoke(request, timeout)
  }

  revokeAll(request: RevokeAllRequest, timeout: number): Promise<RevokeReply> {
    return this.#revocations.revokeAll(request, timeout)
  }

  /** Two scripts: only the index says which records there are, and a script names all its keys. */
  async list(tag: string, timeout: number): Promise<readonly ListedRecord[]> {
    const index = this.#keys.index(tag)
    const sids = new Reply(await this.#runOn(sessionMembers, [index], [], timeout)).texts()
    const [first, ...others] = sids.map((sid) => this.#keys.record(tag, sid))
    if (first === undefined) return []
    return listedOf(await this.#runOn(sessionList, [first, ...others, index], sids, timeout))
  }

  async admit({ client, limit, window }: AdmitRequest, timeout: number): Promise<boolean> {
    return (await this.#runOn(sessionAdmit, [this.#keys.admissions(client)], [limit, window], timeout)) === 1
  }

  note(activity: readonly Activity[], timeout: number): Promise<void> {
    return noteActivity(this.#servers, this.#keys, activity, timeout)
  }

  statistics(request: StatisticsRequest, timeout: number): Promise<StoredStatistics> {
    return sumUp(this.#servers, this.#keys, request, timeout)
  }

  subscribe(listener: (revocation: Revocation) => void): () => void {
    if (this.#closed) throw closed()
    // One function given twice is two subscriptions.
    const own = (revocation: Revocation): void => listener(revocation)
    this.#listeners.add(own)
    // Without a connection there is nothing to be heard on.
    if (this.#servers.connected) this.#listening.begin()
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size === 0) this.#listening.end()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#listeners.clear()
    this.#listening.end()
    await this.#servers.close()
  }

  #run(script: Script, address: SessionAddress, values: Values, timeout: number): Promise<unknown> {
    return this.#runOn(script, this.#keys.of(address), values, timeout)
  }

  #runOn(script: Script, keys: readonly [string, ...string[]], values: Values, timeout: number): Promise<unknown> {
    const [first] = keys
    return this.#servers.call(first, timeout, (client, wanted, asking) =>
      runForBytes(client, script, keys, values, wanted, asking),
    )
  }

  /** They count no more: that they leave at once is economy, and nobody waits for it. */
  #forget(tag: string, sids: readonly string[], timeout: number): void {
    const records = sids.map((sid) => this.#keys.record(tag, sid))
    removeKeys(this.#servers, records, timeout).catch(() => {})
  }

  #hear(message: string): void {
    const revocation = revocationOf(message, this.#namespace)
    if (revocation === undefined) return
    for (const listener of this.#listeners) listener(revocation)
  }
}

/** The place among the values of a load that says that nothing may be changed. */
const READ_ONLY = 2

/** The call may wait for the connection, or for a second sending of the script, while the caller goes on. */
function copied(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes)
}
