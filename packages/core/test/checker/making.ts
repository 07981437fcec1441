import type { Database } from './database.ts'
import type { Invalidating } from './invalidating.ts'
import type { Oracle } from './oracle.ts'
import type { Random } from './random.ts'
import type { Member } from './world.ts'

/** What surrounds an instance, as far as its invalidations have to do with it. */
export interface Surroundings {
  readonly oracle: Pick<Oracle, 'nextSet'>
  readonly database: Pick<Database, 'move' | 'work'>
}

export type Make = (random: Random, member: Member, around: Surroundings) => Invalidating
