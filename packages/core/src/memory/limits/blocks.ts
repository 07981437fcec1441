import type { BlockReply, BlockRequest } from '../../rate-limit/limit-store.ts'

interface Block {
  readonly ends: number
  readonly reason: string
  readonly times: number
  readonly forgotten: number
}

/** Above it those that are forgotten leave, and then the oldest. */
const MOST_BLOCKS = 100_000
/** As many times as Redis counts. */
const MOST_TIMES = 1000

/** Keys that are blocked, and how often they were. Instants in microseconds. */
export class MemoryBlocks {
  readonly #blocks = new Map<string, Block>()

  get(key: string, now: number): { readonly remaining: number; readonly reason: string } | undefined {
    const block = this.#blocks.get(key)
    return block !== undefined && block.ends > now ? { remaining: block.ends - now, reason: block.reason } : undefined
  }

  block({ key, settings, reason }: BlockRequest, now: number): BlockReply {
    const before = this.#blocks.get(key)
    const left = Math.max(0, (before?.ends ?? 0) - now)
    const known = before !== undefined && before.forgotten > now ? before.times : 0
    const times = left > 0 ? known : Math.min(known + 1, MOST_TIMES)
    const { duration, factor, longest, remember } = settings
    const wanted = Math.floor(Math.min(longest * 1000, duration * 1000 * factor ** Math.max(0, times - 1)))
    const longer = wanted > left
    const remaining = longer ? wanted : left
    this.#blocks.delete(key)
    this.#blocks.set(key, {
      ends: now + remaining,
      reason: longer || before === undefined ? reason : before.reason,
      times,
      forgotten: now + remaining + remember * 1000,
    })
    if (this.#blocks.size > MOST_BLOCKS) this.#prune(now)
    return { remaining, times }
  }

  unblock(key: string): void {
    this.#blocks.delete(key)
  }

  #prune(now: number): void {
    for (const [key, { forgotten }] of this.#blocks) if (forgotten <= now) this.#blocks.delete(key)
    for (const key of this.#blocks.keys()) {
      if (this.#blocks.size <= MOST_BLOCKS / 2) return
      this.#blocks.delete(key)
    }
  }
}
