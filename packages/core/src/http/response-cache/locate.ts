import type { Budget } from '../../cache/budget.ts'
import type { ByteEntries } from '../../cache/byte-entries.ts'
import type { Sight } from '../../cache/reader.ts'
import { after } from '../after.ts'
import type { Asked } from './asked.ts'
import { variantPath } from './fill.ts'
import type { ResponseCacheParts } from './parts.ts'
import { prepare, type PreparedAnswer } from './prepared.ts'

/** What was found for a request. */
export interface Located {
  /** Of the variant. */
  readonly path: string
  /** Names of headers that tell variants apart, as far as they are known. */
  readonly known: readonly string[]
  readonly sight: Sight
  readonly answer: PreparedAnswer | undefined
  readonly spending: Spending
}

/** What one request may spend in the backend, from the moment on that it needs it. */
export class Spending {
  readonly #entries: ByteEntries
  #budget: Budget | undefined

  constructor(entries: ByteEntries, budget: Budget | undefined) {
    this.#entries = entries
    this.#budget = budget
  }

  get budget(): Budget {
    this.#budget ??= this.#entries.budget()
    return this.#budget
  }
}

/** Looks for the page, and where it has variants for the one of this request. */
export function locate(
  asked: Pick<Asked<unknown>, 'path' | 'header'>,
  { entries, settings }: Pick<ResponseCacheParts<never>, 'entries' | 'settings'>,
  spending: Spending,
): Located | Promise<Located> {
  return after(look(entries, asked.path, spending), (sight) => {
    const found = sight.kind === 'missing' ? undefined : prepare(sight.entry)
    if (found?.kind !== 'vary') return { path: asked.path, known: [], sight, answer: found?.answer, spending }
    const { names } = found
    const path = variantPath(asked.path, names, (name) => asked.header(name), settings)
    return after(look(entries, path, spending), (variant) => {
      const one = variant.kind === 'missing' ? undefined : prepare(variant.entry)
      const answer = one?.kind === 'response' ? one.answer : undefined
      return { path, known: names, sight: variant, answer, spending }
    })
  })
}

function look(entries: ByteEntries, path: string, spending: Spending): Sight | Promise<Sight> {
  const entry = entries.hit(path)
  return entry === undefined ? entries.look(path, spending.budget) : { kind: 'fresh', entry, tier: 'l1' }
}
