import type { Decided, LimitItem, LimitRequest, RememberedReply } from '../../rate-limit/limit-store.ts'

/** Above it the oldest leave. */
const MOST_REPLIES = 100_000

/** Replies to requests that may come again. */
export class MemoryReplies {
  readonly #replies = new Map<string, { readonly decided: Decided; readonly expires: number }>()

  get(id: string, items: readonly LimitItem[], now: number): Decided | undefined {
    const kept = this.#replies.get(nameOf(id, items))
    return kept !== undefined && kept.expires > now ? kept.decided : undefined
  }

  /** Another check may have been answered under the id by now. */
  forget({ id, items, results }: RememberedReply): void {
    const name = nameOf(id, items)
    if (this.#replies.get(name)?.decided.results[0]?.at === results[0]?.at) this.#replies.delete(name)
  }

  keep(
    { id, ms }: NonNullable<LimitRequest['remember']>,
    items: readonly LimitItem[],
    decided: Decided,
    now: number,
  ): void {
    const name = nameOf(id, items)
    this.#replies.delete(name)
    this.#replies.set(name, { decided, expires: now + ms * 1000 })
    for (const [oldest, { expires }] of this.#replies) {
      if (expires > now && this.#replies.size <= MOST_REPLIES) return
      this.#replies.delete(oldest)
    }
  }
}

/** An id is one of the key that is limited first. */
function nameOf(id: string, items: readonly LimitItem[]): string {
  return `${items[0]?.key ?? ''}\u0000${id}`
}
