import type { Coherence } from '../invalidation/coherence.ts'
import { Budget } from './budget.ts'
import type { Engine } from './engine.ts'
import type { LoadStamp } from './load-frame.ts'

interface Moment extends LoadStamp {
  /** False when the backend could not be asked: what is set at it stays in this process. */
  readonly reached: boolean
}

/** A moment in the order of invalidations: see `Cache.token`. */
export class Token {
  readonly #owner: Coherence
  readonly #moment: Moment

  constructor(owner: Coherence, moment: Moment) {
    this.#owner = owner
    this.#moment = moment
  }

  /** The moment of a token, if it is one of this owner's: those of other instances say nothing here. */
  static momentOf(token: unknown, owner: Coherence): Moment | undefined {
    if (typeof token !== 'object' || token === null || !(#owner in token)) return undefined
    return token.#owner === owner ? token.#moment : undefined
  }
}

/** The present moment, fixed as a load fixes its own before its loader starts. */
export async function takeToken(engine: Pick<Engine, 'coherence' | 'queue' | 'clock' | 'deadline'>): Promise<Token> {
  const { coherence, queue, clock, deadline } = engine
  if (!coherence.proven(clock.now())) {
    const budget = new Budget(clock, deadline)
    await budget.use((timeout) => queue.fetch(undefined, [], false, timeout)).catch(() => undefined)
  }
  const since = clock.now()
  const { generation, clock: viewClock, adopted } = coherence.view
  const { sequence } = coherence.pending
  return new Token(coherence, {
    generation,
    clock: viewClock,
    sequence,
    since,
    reached: adopted && coherence.proven(since),
  })
}
