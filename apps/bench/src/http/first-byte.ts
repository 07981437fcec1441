import { Agent, get } from 'node:http'
import type { Row } from '../benchmark.ts'
import { median, type Pace } from '../rounds.ts'
import type { Served } from './served.ts'
import { type Framework, NO_CACHE, OURS } from './stacks.ts'

/** Requests in a round, of each. */
const IN_ROUND = 20
/** Requests in a round until the servers are warm, so many of them at a time. */
const WARMING = { inRound: 200, together: 20 }

/** How long it takes until the body of a new page begins: while it is stored, and without any cache. */
export async function firstBytes(all: readonly Served[], framework: Framework, { rounds }: Pace): Promise<Row> {
  const ends = all.filter(({ stack }) => stack.name === OURS || stack.name === NO_CACHE)
  using agent = Object.assign(new Agent({ keepAlive: true }), { [Symbol.dispose]: () => agent.destroy() })
  for (const served of ends) await warm(served, rounds * WARMING.inRound, agent)
  const times = new Map<Served, number[]>(ends.map((served) => [served, []]))
  for (let n = 0; n < rounds * IN_ROUND; n++)
    // In turn: while the one makes a page, the other one has the time to store its last.
    for (const served of ends) times.get(served)?.push(await firstByteOf(served.port, `/stream/${n}`, agent))
  const medians = ends.map((served) => median(times.get(served) ?? []))
  return {
    name: `${framework}, first byte of a new page in two pieces: p50`,
    results: ends.map(({ stack }, n) => {
      const figure = medians[n] ?? Number.NaN
      return { name: stack.name, figure, ratio: figure / (medians[0] ?? Number.NaN) }
    }),
  }
}

async function warm({ port }: Served, requests: number, agent: Agent): Promise<void> {
  let left = requests
  const one = async (): Promise<void> => {
    while (left-- > 0) await firstByteOf(port, `/stream/warming-${left}`, agent)
  }
  await Promise.all(Array.from({ length: WARMING.together }, one))
}

/** In ns; the rest of it is waited for. */
async function firstByteOf(port: number, path: string, agent: Agent): Promise<number> {
  const begun = performance.now()
  return await new Promise((resolve, reject) => {
    const request = get({ port, host: '127.0.0.1', path, agent }, (response) => {
      let first = Number.NaN
      response.once('data', () => (first = (performance.now() - begun) * 1e6))
      response.once('end', () => resolve(first))
      response.once('error', reject)
      response.resume()
    })
    request.once('error', reject)
  })
}
