import type { LimitItem, LimitReply } from '../../rate-limit/limit-store.ts'
import type { LimitPolicy } from '../../rate-limit/policy.ts'

/** A check of one limit, all of whose cost is to be had, and who waits for its reply. */
export interface Waiting {
  readonly item: LimitItem
  readonly resolve: (reply: LimitReply) => void
  readonly reject: (error: unknown) => void
}

/** Checks under one policy that cost the same. */
export interface Alike {
  readonly policy: LimitPolicy
  readonly cost: number
  readonly checks: Waiting[]
}

/** Sends checks together. Never rejects: it settles each of them. */
export type SendEach = (alike: readonly Alike[], timeout: number) => Promise<void>

/**
 * Has checks of one limit each go together while others are under way: those of one turn of the event loop, a few at a time,
 * so that Redis has something to do while the next ones are made. Who is alone waits for nobody.
 */
export class EachQueue {
  readonly #send: SendEach
  readonly #atEndOfTurn: (act: () => void) => void
  #alike: Alike[] = []
  #count = 0
  #timeout = 0
  #underWay = 0
  #isDue = false

  constructor(send: SendEach, atEndOfTurn: (act: () => void) => void) {
    this.#send = send
    this.#atEndOfTurn = atEndOfTurn
  }

  check(item: LimitItem, timeout: number): Promise<LimitReply> {
    return new Promise((resolve, reject) => {
      if (this.#count > 0 && (timeout !== this.#timeout || this.#has(item))) this.#flush()
      this.#timeout = timeout
      this.#checksLike(item).push({ item, resolve, reject })
      this.#count += 1
      if (this.#underWay === 0 || this.#count === MOST_TOGETHER) this.#flush()
      else if (!this.#isDue) {
        this.#isDue = true
        this.#atEndOfTurn(this.#onTurn)
      }
    })
  }

  readonly #onTurn = (): void => {
    this.#isDue = false
    if (this.#count > 0) this.#flush()
  }

  #flush(): void {
    const alike = this.#alike
    this.#alike = []
    this.#count = 0
    this.#underWay += 1
    void this.#send(alike, this.#timeout).then(this.#onEnd)
  }

  readonly #onEnd = (): void => {
    this.#underWay -= 1
  }

  /** What one script reads of all before it writes any of them can be of no two the same. */
  #has({ name, key }: LimitItem): boolean {
    for (const { checks } of this.#alike)
      for (const { item } of checks) if (item.key === key && item.name === name) return true
    return false
  }

  #checksLike({ policy, cost }: LimitItem): Waiting[] {
    for (const each of this.#alike) if (each.policy === policy && each.cost === cost) return each.checks
    const checks: Waiting[] = []
    this.#alike.push({ policy, cost, checks })
    return checks
  }
}

/** Checks that go in one script. */
const MOST_TOGETHER = 8
