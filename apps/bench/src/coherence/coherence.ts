import { type RedisServer, startRedis } from '@redstart/testing'
import type { Benchmark, Row } from '../benchmark.ts'
import { compare, type Contender } from '../rounds.ts'
import { compareDelays } from './delays.ts'
import type { InstanceName } from './instances.ts'
import { compareServerTimes } from './server-time.ts'
import { openTeam, type Team } from './team.ts'

const NAMES: readonly InstanceName[] = ['redstart', 'bentocache']
const LISTENERS: readonly number[] = [1, 10, 50]
const IN_FLIGHT: readonly number[] = [1, 32]

// Many short rounds: on a machine that does something else as well, few of them are hit.
const DELAYS = { rounds: 13, invalidations: 30, warmUp: 60 }
const RATES = { rounds: 13, milliseconds: 80, warmUp: 100 }
/** One for each invalidation whose delay is measured, and for those before. */
const ENTRIES = DELAYS.warmUp + DELAYS.rounds * DELAYS.invalidations

/** Invalidations by tag, in one instance, and the others that hear of them; and what they cost Redis. */
export const coherence: Benchmark = {
  name: 'coherence',
  title: 'Invalidation of one tag, heard by other instances in two processes that hold the entry in memory',
  async run() {
    const rows: Row[] = []
    for (const listeners of LISTENERS) {
      const server = await startRedis()
      try {
        rows.push(...(await rowsOf(server, listeners)))
      } finally {
        await server.stop()
      }
    }
    rows.push({
      name: "Redis's own time for one invalidation of a tag, at most x 1.20",
      results: await compareServerTimes(),
    })
    return rows
  },
}

async function rowsOf(server: RedisServer, listeners: number): Promise<Row[]> {
  const who = listeners === 1 ? '1 listener' : `${listeners} listeners`
  const teams: Team[] = []
  try {
    for (const name of NAMES) teams.push(await openTeam(name, { server, listeners, entries: ENTRIES }))
    const rows: Row[] = [
      { name: `From the call to a listener's view, ${who}`, results: await compareDelays(teams, DELAYS) },
    ]
    for (const together of IN_FLIGHT) {
      const contenders = teams.map((team) => repeated(team, together))
      const name = `Heard by all, ${who}, ${together} in flight`
      rows.push({ name, unit: 'per second', results: await compare(contenders, RATES) })
    }
    return rows
  } finally {
    for (const team of teams) await team.close()
  }
}

/** Invalidates so often, `together` at a time, until every listener has heard all. */
function repeated(team: Team, together: number): Contender {
  return {
    name: team.name,
    async run(operations) {
      let left = operations
      const one = async (): Promise<void> => {
        while (left-- > 0) await team.invalidate()
      }
      await Promise.all(Array.from({ length: together }, one))
      await team.heard()
    },
  }
}
