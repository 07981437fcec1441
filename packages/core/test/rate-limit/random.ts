import { type Random, seededRandom } from '../checker/random.ts'

export type { Random } from '../checker/random.ts'

/** Runs something with a seed, which is told where it fails; `REDSTART_SEED` repeats it. */
export async function seeded(run: (random: Random) => Promise<void>): Promise<void> {
  const given = process.env['REDSTART_SEED']
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given)
  try {
    await run(seededRandom(seed))
  } catch (error) {
    throw new Error(`with REDSTART_SEED=${seed}`, { cause: error })
  }
}

/** How long traces are: in a soak a hundred times as long. */
export function steps(usually: number): number {
  return process.env['REDSTART_SOAK'] === '1' ? usually * 100 : usually
}
