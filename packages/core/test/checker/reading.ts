import { RedstartError } from '../../src/index.ts'
import { Left, RefusedLoad } from './database.ts'
import type { Part } from './oracle.ts'
import type { Random } from './random.ts'

/** What a read returned for one key, and what is claimed of it beyond that it was not invalidated. */
export interface Got {
  /** Which value it should be: {@link Part.path}. */
  readonly path: string
  readonly part: Part | undefined
  /** Nor was it marked stale. */
  readonly fresh?: boolean
  /** It was loaded after the read began. */
  readonly forced?: boolean
  /** It was not returned: a failure that is remembered stands for it. */
  readonly failed?: boolean
}

/** One read that may be made. */
export interface Reading {
  readonly run: () => Promise<readonly Got[]> | readonly Got[]
  /** Which value's failed loads are remembered. */
  readonly remembers?: string
}

/** Ways of reading, by their names. */
export type Readings = Readonly<Record<string, (random: Random) => Reading>>

/** How long a failed load takes to reach everybody who waits for it, in ms, at the most. */
export const TOLD_WITHIN = 20

/** Makes a read. Of a load that failed it is as if it had returned what it would have, where that has to be judged. */
export async function gotOf({ run, remembers }: Reading, started: number): Promise<readonly Got[]> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof RefusedLoad) {
      const { part, ended } = error
      // Only a failure that is remembered: who joins a load that runs gets its error, whenever it began.
      const judged = part.path === remembers && ended + TOLD_WITHIN < started
      return judged ? [{ path: part.path, part, failed: true }] : []
    }
    if (error instanceof Left || RedstartError.is(error, 'LOAD_TIMEOUT')) return []
    throw error
  }
}

/** What is wrong with a value whatever was invalidated: another key's, past its end, or older than was asked for. */
export function misread({ path, part, forced = false }: Got, started: number): string | undefined {
  if (part === undefined) return undefined
  if (part.path !== path) return `the value of ${part.path} was returned for ${path}`
  if (forced && part.born < started) return `a forced read of ${path} returned what was there before`
  if (part.until !== undefined && started > part.until)
    return `the value of ${path} was returned ${(started - part.until).toFixed(0)} ms after its end`
  return undefined
}
