import { Agent } from 'node:http'
import type { BackOffice } from '../back-office.ts'
import { ask, type Reply } from './ask.ts'
import type { Excuses } from './excuses.ts'
import type { Fact } from './fact.ts'
import { anyQuestion, below, type Facts, type Question, skewed } from './questions.ts'

/** Requests a second, whatever becomes of those before. */
export const RATE = 100
/** How often requests are sent, in ms. */
const EVERY = 5
/** Every how many requests something is changed, and every how many an order is placed. */
const CHANGE = 40
const ORDER = 200

export interface CustomersOptions extends Facts {
  readonly offices: readonly BackOffice[]
  readonly excuses: Excuses
  /** Whether Redis cannot be reached at the moment. */
  readonly away: () => boolean
  /** Milliseconds that an answer may take beside what is excused. */
  readonly patience: number
}

/** What became of all requests. */
export interface Served {
  readonly requests: number
  readonly changes: number
  /** Answers that asked no database. */
  readonly hits: number
  /** Milliseconds of all answers, in rising order, without what is excused. */
  readonly took: readonly number[]
  /** What was not right, or not in time, in words. */
  readonly bad: readonly string[]
}

/** Customers of the offices, who know what they may be told. */
export class Customers {
  readonly #options: CustomersOptions
  readonly #agent = new Agent({ keepAlive: true })
  readonly #open = new Set<Promise<void>>()
  /** Facts that are being changed. */
  readonly #changing = new Set<Fact>()
  readonly #took: number[] = []
  readonly #bad: string[] = []
  #requests = 0
  #changes = 0
  #hits = 0

  constructor(options: CustomersOptions) {
    this.#options = options
  }

  /** Asks for so many ms, and waits for the last answers. */
  async come(length: number): Promise<void> {
    const begun = performance.now()
    const before = this.#requests
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const passed = performance.now() - begun
        this.#noticeSettled()
        while (this.#requests - before < (Math.min(passed, length) * RATE) / 1000) this.#send()
        if (passed < length) return
        clearInterval(timer)
        resolve()
      }, EVERY)
    })
    await Promise.all(this.#open)
  }

  leave(): Served {
    this.#agent.destroy()
    const took = [...this.#took].sort((left, right) => left - right)
    return { requests: this.#requests, changes: this.#changes, hits: this.#hits, took, bad: this.#bad }
  }

  /** What could not reach Redis has reached it once nothing waits any more. */
  #noticeSettled(): void {
    const { offices, prices, orders } = this.#options
    offices.forEach(({ redstart }, office) => {
      if (redstart.cache.stats().pendingInvalidations > 0) return
      for (const fact of [...prices, ...orders]) fact.settled(office, performance.now())
    })
  }

  #send(): void {
    this.#requests += 1
    const done = this.#judge(below(this.#options.offices.length)).finally(() => this.#open.delete(done))
    this.#open.add(done)
  }

  /** Does something, and notes what is not as it should be. */
  async #judge(office: number): Promise<void> {
    const asked = performance.now()
    const wrong = await this.#act(office, this.#requests).catch(String)
    const answered = performance.now()
    const { excuses, patience } = this.#options
    const took = answered - asked - excuses.between(asked, answered)
    this.#took.push(took)
    if (wrong !== undefined || took > patience) this.#bad.push(`${wrong ?? 'late'}, after ${took.toFixed(0)} ms`)
  }

  /** Resolves with what is wrong. */
  #act(office: number, number: number): Promise<string | undefined> {
    if (number % ORDER === 0) return this.#order(office)
    return number % CHANGE === 0 ? this.#changePrice(office) : this.#read(office)
  }

  async #read(office: number): Promise<string | undefined> {
    const question = anyQuestion(this.#options)
    const asked = performance.now()
    const reply = await this.#ask(office, 'GET', question.path)
    if (reply.cache === 'hit') this.#hits += 1
    return wrongIn(reply, question, (fact) => fact.oldest(office, asked, this.#options.away()))
  }

  async #changePrice(office: number): Promise<string | undefined> {
    const { prices } = this.#options
    const dish = skewed(prices.length)
    const fact = prices[dish]
    // Who is changing it already goes first.
    if (fact === undefined || this.#changing.has(fact)) return this.#read(office)
    const priceCents = fact.next()
    const change = this.#ask(office, 'PATCH', `/dishes/${dish + 1}/price`, { priceCents })
    return this.#note(fact, office, change, () => priceCents)
  }

  async #order(office: number): Promise<string | undefined> {
    const { orders, prices } = this.#options
    const restaurant = below(orders.length)
    const fact = orders[restaurant]
    if (fact === undefined || this.#changing.has(fact)) return this.#read(office)
    const dishes = prices.length / orders.length
    const lines = [{ dish: restaurant * dishes + below(dishes) + 1, quantity: 1 }]
    const placed = this.#ask(office, 'POST', '/orders', { restaurant: restaurant + 1, table: 1, lines })
    return this.#note(fact, office, placed, ({ id }) => id)
  }

  /** Waits for a change, and keeps it in mind. */
  async #note(
    fact: Fact,
    office: number,
    change: Promise<Reply>,
    valueOf: (body: { readonly id: number }) => number,
  ): Promise<string | undefined> {
    this.#changing.add(fact)
    try {
      const { status, body } = await change
      if (status >= 300) return `a change was answered with ${status}`
      // What the routes that change something answer.
      const answer = body as { readonly id: number; readonly invalidated: 'all' | 'here' }
      fact.changed(valueOf(answer), { office, at: performance.now(), reached: answer.invalidated })
      this.#changes += 1
      return undefined
    } finally {
      this.#changing.delete(fact)
    }
  }

  #ask(office: number, method: string, path: string, body?: unknown): Promise<Reply> {
    return ask(this.#agent, method, `${this.#options.offices[office]?.url}${path}`, body)
  }
}

function wrongIn(reply: Reply, { path, told }: Question, oldestOf: (fact: Fact) => number): string | undefined {
  if (reply.status !== 200) return `${path} was answered with ${reply.status}`
  const facts = told(reply.body)
  if (facts.length === 0) return `${path} was answered with something else`
  for (const [fact, value] of facts) {
    if (fact === undefined) return `${path} was answered with something else`
    const oldest = oldestOf(fact)
    if (value < oldest) return `${path} told of ${value}, which has been ${oldest} for too long`
  }
  return undefined
}
