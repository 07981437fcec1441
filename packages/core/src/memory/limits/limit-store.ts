import { RedstartError } from '../../errors.ts'
import type {
  Blocked,
  BlockReply,
  BlockRequest,
  Gift,
  LimitReply,
  LimitRequest,
  LimitStore,
  PermitReply,
  PermitRequest,
  RememberedReply,
} from '../../rate-limit/limit-store.ts'
import { isCounting } from '../../rate-limit/local.ts'
import type { NamedPolicy } from '../../rate-limit/policy.ts'
import type { MemoryLimits } from './limits.ts'

/**
 * The limits of an app in this process. Each operation takes effect at once, when it is called; replies come later, as they
 * do from Redis. Nothing can take longer than its timeout.
 */
export class MemoryLimitStore implements LimitStore {
  readonly mode = 'memory'
  readonly #limits: MemoryLimits
  readonly #time: () => number
  #closed = false

  /** @param time tells the whole microseconds since 1970. */
  constructor(limits: MemoryLimits, time: () => number) {
    this.#limits = limits
    this.#time = time
  }

  async check(request: LimitRequest): Promise<LimitReply> {
    const now = this.#now()
    const { table, replies } = this.#limits
    const { items, taking, remember } = request
    const blocked = taking === 'anyway' ? undefined : this.#blocked(items, now)
    if (blocked !== undefined) return blocked
    const known = remember && replies.get(remember.id, items, now)
    if (known !== undefined) return { ...known, duplicate: true }
    const decided = table.check(request, now)
    if (remember !== undefined && decided.allowed) replies.keep(remember, items, decided, now)
    return decided
  }

  async giveBack(gifts: readonly Gift[], _timeout: number, forget?: RememberedReply): Promise<void> {
    const now = this.#now()
    if (forget !== undefined) this.#limits.replies.forget(forget)
    this.#limits.table.giveBack(gifts, now)
  }

  async acquire(request: PermitRequest): Promise<PermitReply> {
    const now = this.#now()
    return this.#blocked([request], now) ?? this.#limits.permits.acquire(request, now)
  }

  async renew(request: PermitRequest): Promise<boolean> {
    return this.#limits.permits.renew(request, this.#now())
  }

  async release(request: PermitRequest): Promise<void> {
    this.#limits.permits.release(request, this.#now())
  }

  async block(request: BlockRequest): Promise<BlockReply> {
    return this.#limits.blocks.block(request, this.#now())
  }

  async unblock(key: string): Promise<void> {
    this.#now()
    this.#limits.blocks.unblock(key)
  }

  async reset(key: string, policies: readonly NamedPolicy[]): Promise<void> {
    const now = this.#now()
    const counting = policies.filter(({ policy }) => isCounting(policy.rule))
    const items = counting.map((named) => ({ ...named, key }))
    this.#limits.table.reset(items, now)
    for (const { name } of policies) this.#limits.permits.reset(name, key)
  }

  /** Nobody else counts here. */
  async alive(): Promise<undefined> {
    this.#now()
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #blocked(items: readonly { readonly key: string }[], now: number): Blocked | undefined {
    for (const { key } of items) {
      const block = this.#limits.blocks.get(key, now)
      if (block !== undefined) return { kind: 'blocked', ...block, trips: 0 }
    }
    return undefined
  }

  #now(): number {
    if (this.#closed) throw new RedstartError('CLOSED', 'The store was closed; nothing was read or changed')
    return this.#time()
  }
}
