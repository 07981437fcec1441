import type { Coherence } from '../invalidation/coherence.ts'
import { Budget } from './budget.ts'
import type { Engine } from './engine.ts'
import type { LoadStamp } from './load-frame.ts'

/** A moment in the order of invalidations, as this process knows it. */
export interface Moment extends LoadStamp {
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

type Asking = Pick<Engine, 'coherence' | 'queue' | 'clock' | 'deadline'>

/** The present moment, fixed as a load fixes its own before its loader starts. */
export async function takeToken(engine: Asking): Promise<Token> {
  return new Token(engine.coherence, await takeMoment(engine))
}

/** The same for who keeps it. Not waited for where this process knows it already. */
export function takeMoment(engine: Asking): Moment | Promise<Moment> {
  const { coherence, queue, clock, deadline } = engine
  if (coherence.proven(clock.now())) return present(engine)
  const budget = new Budget(clock, deadline)
  const asked = budget.use((timeout) => queue.fetch(undefined, [], false, timeout))
  return asked.then(
    () => present(engine),
    () => present(engine),
  )
}

function present({ coherence, clock }: Asking): Moment {
  const since = clock.now()
  const { generation, clock: viewClock, adopted } = coherence.view
  const { sequence } = coherence.pending
  return { generation, clock: viewClock, sequence, since, reached: adopted && coherence.proven(since) }
}
