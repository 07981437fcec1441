import { randomBytes } from 'node:crypto'
import type { StoreContext } from '../../backend.ts'
import {
  type BlockReply,
  type BlockRequest,
  EVERYTHING,
  type Gift,
  type LimitItem,
  type LimitReply,
  type LimitRequest,
  type LimitStore,
  type PermitReply,
  type PermitRequest,
  type RememberedReply,
} from '../../rate-limit/limit-store.ts'
import type { NamedPolicy } from '../../rate-limit/policy.ts'
import type { Script, Value, Values } from '../client.ts'
import { limitAlive, limitBlock, limitCheck, limitEach, limitGiveBack, limitPermits, runForBytes } from '../scripts.ts'
import type { Send, Servers } from '../servers.ts'
import type { HoldServers } from '../shared-servers.ts'
import { argumentsOf } from './arguments.ts'
import { checkApart } from './check-apart.ts'
import { type Alike, EachQueue } from './each.ts'
import { LimitKeys } from './keys.ts'
import { limitReplyOf, numberAt, numbersIn, permitReplyOf, tellEach } from './replies.ts'
import { slotsOf } from './slots.ts'

/** The limits of an app in Redis: see `limit_rules.lua` and `limit_permits.lua` for what is kept. */
export class RedisLimitStore implements LimitStore {
  readonly mode = 'redis'
  readonly #servers: Servers
  readonly #keys: LimitKeys
  /** For tests the time that it is, in microseconds; else empty. */
  readonly #time: () => string
  /** Names what this store takes from logs. */
  readonly #name = randomBytes(12).toString('base64url')
  #seq = 0
  /** Undefined where checks do not go together. */
  readonly #each: EachQueue | undefined

  constructor(hold: HoldServers, context: StoreContext, time: () => string = () => '') {
    this.#servers = hold(context, { onMessage: () => {} })
    this.#keys = new LimitKeys(context.app)
    this.#time = time
    const { atEndOfTurn } = this.#servers
    if (atEndOfTurn !== undefined)
      this.#each = new EachQueue((alike, timeout) => this.#checkEach(alike, timeout), atEndOfTurn)
  }

  check(request: LimitRequest, timeout: number): Promise<LimitReply> {
    const { items, taking, remember } = request
    const [first] = items
    if (items.length === 1 && first !== undefined && taking === 'all' && remember === undefined)
      return this.#checkOne(first, timeout)
    if (items.length === 1 || this.#servers.single) return this.#check(request, timeout)
    const parts = slotsOf(items, ({ key }) => this.#keys.of(key))
    if (parts.length === 1) return this.#check(request, timeout)
    return checkApart(parts, request, {
      check: (part) => this.#check(part, timeout),
      giveBack: (gifts) => this.giveBack(gifts, timeout),
      forget: ([item], id) => this.#delete([this.#keys.reply(this.#keys.of(item?.key ?? ''), id)], timeout),
    })
  }

  async giveBack(gifts: readonly Gift[], timeout: number, forget?: RememberedReply): Promise<void> {
    const all: readonly (Gift | LimitItem)[] = forget?.items ?? gifts
    const parts = this.#servers.single ? [all] : slotsOf(all, ({ key }) => this.#keys.of(key))
    const acts = parts.map((part) => this.#giveBack(gifts, part, forget, timeout))
    await Promise.all(acts)
  }

  /** @param part what is in one slot of what is given back, or of the check that is forgotten. */
  #giveBack(
    gifts: readonly Gift[],
    part: readonly (Gift | LimitItem)[],
    forget: RememberedReply | undefined,
    timeout: number,
  ): Promise<unknown> {
    const [first] = part
    const own = gifts.filter(({ key }) => part.some((each) => each.key === key))
    const keys = own.map((gift) => this.#keys.kept(this.#keys.of(gift.key), gift))
    const values = own.flatMap((gift) => {
      const { at = 0, reset = 0, receipt = 0 } = gift.taken ?? {}
      return [...argumentsOf(gift).slice(0, RULE), gift.amount, at, reset, receipt]
    })
    let at: Value = ''
    if (forget !== undefined && first !== undefined) {
      keys.push(this.#keys.reply(this.#keys.of(first.key), forget.id))
      at = forget.results[forget.items.findIndex(({ name }) => name === first.name)]?.at ?? ''
    }
    return this.#run(limitGiveBack, keys, [this.#time(), this.#name, at, ...values], timeout)
  }

  async acquire(request: PermitRequest, timeout: number): Promise<PermitReply> {
    return permitReplyOf(await this.#permit('acquire', request, timeout))
  }

  async renew(request: PermitRequest, timeout: number): Promise<boolean> {
    return numberAt(numbersIn(await this.#permit('renew', request, timeout)), 0) === 1
  }

  async release(request: PermitRequest, timeout: number): Promise<void> {
    await this.#permit('release', request, timeout)
  }

  async block({ key, settings, reason }: BlockRequest, timeout: number): Promise<BlockReply> {
    const own = this.#keys.of(key)
    const { duration, factor, longest, remember } = settings
    const values = [this.#time(), duration * 1000, String(factor), longest * 1000, remember * 1000, reason]
    const keys = [this.#keys.block(own), this.#keys.strikes(own)] as const
    const reply = numbersIn(await this.#run(limitBlock, keys, values, timeout))
    return { remaining: numberAt(reply, 0), times: numberAt(reply, 1) }
  }

  async unblock(key: string, timeout: number): Promise<void> {
    const own = this.#keys.of(key)
    await this.#delete([this.#keys.block(own), this.#keys.strikes(own)], timeout)
  }

  async reset(key: string, policies: readonly NamedPolicy[], timeout: number): Promise<void> {
    const gifts = policies.map((named) => ({ ...named, key, taken: undefined, amount: EVERYTHING }))
    await this.giveBack(gifts, timeout)
  }

  async alive(instance: string, ms: number, timeout: number): Promise<number> {
    const count = await this.#run(limitAlive, [this.#keys.instances], [this.#time(), instance, ms * 1000], timeout)
    return numberAt([count], 0)
  }

  async close(): Promise<void> {
    await this.#servers.close()
  }

  /** What most checks are. */
  #checkOne(item: LimitItem, timeout: number): Promise<LimitReply> {
    if (this.#each !== undefined) return this.#each.check(item, timeout)
    return new Promise((resolve, reject) => {
      void this.#checkEach([{ policy: item.policy, cost: item.cost, checks: [{ item, resolve, reject }] }], timeout)
    })
  }

  /** Those of one limit each in one script, over keys that are on one server. */
  #checkEach(alike: readonly Alike[], timeout: number): Promise<void> {
    const keys: string[] = []
    const first = this.#seq + 1
    const values: Value[] = [this.#time(), this.#name, first]
    for (const { policy, cost, checks } of alike) {
      values.push(checks.length, ...argumentsOf({ policy }), cost)
      for (const { item } of checks) {
        const own = this.#keys.of(item.key)
        keys.push(this.#keys.kept(own, item), this.#keys.block(own))
      }
    }
    this.#seq += keys.length / 2
    return this.#run(limitEach, keys, values, timeout, true).then(
      (told) => tellEach(alike, told, first),
      (error: unknown) => {
        for (const { checks } of alike) for (const { reject } of checks) reject(error)
      },
    )
  }

  /** All in one script, over keys that are in one slot or on one server. */
  #check(request: LimitRequest, timeout: number): Promise<LimitReply> {
    const { items, taking, remember } = request
    const [first] = items
    const keys = this.#keys
    if (first === undefined) throw new Error('nothing was asked')
    const own = keys.of(first.key)
    const owns = items.map(({ key }) => (key === first.key ? own : keys.of(key)))
    const blocks = [...new Set(owns)].map((each) => keys.block(each))
    const kept = items.map((item, n) => keys.kept(owns[n] ?? own, item))
    const replies = remember === undefined ? [] : [keys.reply(own, remember.id)]
    const seq = (this.#seq += 1)
    const values: Value[] = [this.#time(), blocks.length, taking, remember?.ms ?? 0, `${this.#name}:${seq}`]
    for (const item of items) values.push(...argumentsOf(item), item.cost)
    const reply = this.#run(limitCheck, [...blocks, ...kept, ...replies], values, timeout)
    return reply.then((told) => limitReplyOf(told, request, seq))
  }

  #permit(act: string, request: PermitRequest, timeout: number): Promise<unknown> {
    const { policy, key, id, weight } = request
    const own = this.#keys.of(key)
    const [, limit = 0, lease = 0] = argumentsOf(request)
    const values = [this.#time(), act, limit, lease, id, weight]
    if (policy.rule.kind !== 'permits') throw new Error('it is looked at before that there are permits of a limit')
    return this.#run(limitPermits, [this.#keys.kept(own, request), this.#keys.block(own)], values, timeout)
  }

  async #delete(keys: readonly string[], timeout: number): Promise<void> {
    const [first = ''] = keys
    await this.#servers.call(first, timeout, (client) => client.call('unlink', keys))
  }

  #run(script: Script, keys: readonly string[], values: Values, timeout: number, many = false): Promise<unknown> {
    const [first = ''] = keys
    const send: Send<unknown> = (client, wanted, asking) => runForBytes(client, script, keys, values, wanted, asking)
    return this.#servers.call(first, timeout, send, many)
  }
}

/** A letter and four numbers. */
const RULE = 5
