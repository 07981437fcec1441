import { setTimeout as wait } from 'node:timers/promises'
import type { CacheStore, Snapshot } from '../../src/cache/cache-store.ts'
import { RedstartError } from '../../src/errors.ts'
import { decide } from '../../src/invalidation/view.ts'
import { entry, G1, G2, invalidation } from '../redis/server.ts'

/** What readers and writers of versioned values saw while something happened to the servers. */
export interface Report {
  /** Reads that found a valid entry older than an invalidation that had resolved before: must be none. */
  readonly stale: string[]
  /** How often each code came; other errors under their text. */
  readonly errors: Map<string, number>
  hits: number
  loads: number
  invalidations: number
}

const TIMEOUT = 2000

/** Reads, loads, writes and invalidates through all stores until `action` is done, which gets what was seen so far. */
export async function watch(
  stores: readonly CacheStore[],
  paths: readonly string[],
  action: (sofar: Report) => Promise<void>,
): Promise<Report> {
  const report: Report = { stale: [], errors: new Map(), hits: 0, loads: 0, invalidations: 0 }
  const truth = new Map(paths.map((path) => [path, { version: 1, settled: 1 }]))
  let running = true
  const forever = async (act: (path: string, truth: Truth) => Promise<void>): Promise<void> => {
    while (running) {
      const path = paths[Math.floor(Math.random() * paths.length)] ?? ''
      try {
        await act(path, truth.get(path) ?? { version: 0, settled: 0 })
      } catch (error) {
        const code = RedstartError.is(error) ? error.code : String(error)
        report.errors.set(code, (report.errors.get(code) ?? 0) + 1)
        await wait(5)
      }
    }
  }
  const work = stores.flatMap((store) => [
    ...Array.from({ length: 4 }, () => forever((path, value) => readOrLoad(store, path, value, report))),
    forever((path, value) => change(store, path, value, report)),
  ])
  try {
    await action(report)
  } finally {
    running = false
    await Promise.all(work)
  }
  return report
}

interface Truth {
  version: number
  /** What every read that starts from now on must see at the least. */
  settled: number
}

async function change(store: CacheStore, path: string, truth: Truth, report: Report): Promise<void> {
  truth.version += 1
  const { version } = truth
  await store.invalidate(invalidation([`k:${path}`], { candidate: candidate(), unlink: [] }), TIMEOUT)
  truth.settled = Math.max(truth.settled, version)
  report.invalidations += 1
  await wait(Math.random() * 10)
}

async function readOrLoad(store: CacheStore, path: string, truth: Truth, report: Report): Promise<void> {
  const least = truth.settled
  const question = { candidate: candidate(), keep: 60_000 }
  const { answer, entries, snapshot } = await store.read({ keys: [path], names: [`k:${path}`], question }, TIMEOUT)
  const found = entries[0] && validVersion(Buffer.from(entries[0]), snapshot, path)
  if (found !== undefined) {
    report.hits += 1
    if (found < least) report.stale.push(`${path}: version ${found}, at least ${least} was expected`)
    return
  }
  if (answer === undefined) return
  const { generation, clock } = answer
  const { version } = truth
  await wait(Math.random() * 5)
  const bytes = Buffer.from(entry(generation, clock))
  bytes.writeUInt32BE(version, PAYLOAD)
  await store.write({ key: path, bytes, ttl: 60_000, generation, clock }, TIMEOUT)
  report.loads += 1
}

/** Where the version stands, behind the header. */
const PAYLOAD = 40

function validVersion(bytes: Buffer, snapshot: Snapshot | undefined, path: string): number | undefined {
  if (snapshot === undefined) return undefined
  const stamp = {
    generation: bytes.toString('hex', 4, 20),
    clock: Number(bytes.readBigUInt64BE(20)),
    names: [`k:${path}`],
  }
  return decide(stamp, snapshot, 'gone', 0) === 'valid' ? bytes.readUInt32BE(PAYLOAD) : undefined
}

let candidates = 0

/** A generation of its own each time, as every process would propose. */
function candidate(): string {
  candidates += 1
  return `${(candidates % 2 === 0 ? G1 : G2).slice(0, 16)}${candidates.toString(16).padStart(16, '0')}`
}
