import { type Measured, median } from '../rounds.ts'
import type { Team } from './team.ts'

export interface DelayOptions {
  readonly rounds: number
  /** Invalidations of one team in one round. */
  readonly invalidations: number
  /** Invalidations of each team before anything is measured. */
  readonly warmUp: number
}

/** Delays of one team in one round, in ns. */
interface Round {
  /** To each listener of each invalidation. */
  readonly each: readonly number[]
  /** To the last listener of each invalidation. */
  readonly last: readonly number[]
}

/**
 * From the call of an invalidation to the moment a listener's view has it, the teams taking turns. The next invalidation
 * begins when everybody has heard the one before.
 */
export async function compareDelays(teams: readonly Team[], options: DelayOptions): Promise<Measured[]> {
  for (const team of teams) await measure(team, options.warmUp)
  const rounds: Round[][] = teams.map(() => [])
  for (let round = 0; round < options.rounds; round++) {
    for (let turn = 0; turn < teams.length; turn++) {
      const index = (turn + round) % teams.length
      const team = teams[index]
      if (team !== undefined) rounds[index]?.push(await measure(team, options.invalidations))
    }
  }
  const baseline = (rounds[0] ?? []).map(({ each }) => median(each))
  return teams.map(({ name }, index) => {
    const own = rounds[index] ?? []
    const medians = own.map(({ each }) => median(each))
    return {
      name,
      figure: median(medians),
      ratio: median(medians.map((time, round) => time / (baseline[round] ?? Number.NaN))),
      others: {
        // Of all rounds: one alone has too few.
        p99: percentile99(own.flatMap(({ each }) => each)),
        'last listener': median(own.map(({ last }) => median(last))),
      },
    }
  })
}

async function measure(team: Team, invalidations: number): Promise<Round> {
  const each: number[] = []
  const last: number[] = []
  for (let done = 0; done < invalidations; done++) {
    const begun = Number(process.hrtime.bigint())
    await team.invalidate()
    const delays = (await team.heard()).map((at) => at - begun)
    each.push(...delays)
    last.push(Math.max(...delays))
  }
  return { each, last }
}

function percentile99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN
}
