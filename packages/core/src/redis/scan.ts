import { escapeGlob, type Glob } from '../cache/glob.ts'
import { isPath } from '../keys.ts'
import { scannedOf } from './command-replies.ts'
import type { Master, Servers } from './servers.ts'

/** Keys that a server looks at in one call: some milliseconds of its time. */
const COUNT = 1000

/** How often all servers are walked over, where keys have moved between them meanwhile. */
const MOST_PASSES = 3

/**
 * Walks over the entries of all masters, one after the other. Where keys may have moved from a server that was still to
 * be walked over to one that already had been, or the server itself is another one, which has its keys in another order,
 * it begins again.
 *
 * @param prefix what keys begin with before their paths.
 * @see https://redis.io/docs/latest/commands/scan/ for what is guaranteed.
 */
export async function* scanEntries(
  servers: Servers,
  prefix: string,
  match: Glob,
  timeout: number,
): AsyncGenerator<readonly string[], void, undefined> {
  const pattern = `${escapeGlob(prefix)}${match.coarse}`
  for (let pass = 1; ; pass += 1) {
    const before = await servers.changes(timeout)
    for (const master of await servers.masters(timeout)) {
      for await (const keys of scanMaster(servers, master, pattern, timeout)) {
        yield keys.map((key) => key.slice(prefix.length)).filter((path) => isPath(path) && match.matches(path))
      }
    }
    if (pass === MOST_PASSES || (await servers.changes(timeout)) === before) return
  }
}

async function* scanMaster(
  servers: Servers,
  master: Master,
  pattern: string,
  timeout: number,
): AsyncGenerator<readonly string[], void, undefined> {
  let cursor = '0'
  do {
    let keys: readonly string[]
    try {
      // Only strings are entries; what other programs keep under the same prefix is theirs.
      const args = [cursor, 'MATCH', pattern, 'COUNT', COUNT, 'TYPE', 'string']
      ;[cursor, keys] = scannedOf(await master.call(timeout, (client) => client.call('scan', args)))
    } catch (error) {
      // One that is no master any more: its keys are another one's, which is walked over in the next pass.
      if (await isMaster(servers, master, timeout)) throw error
      return
    }
    yield keys
  } while (cursor !== '0')
}

async function isMaster(servers: Servers, { name }: Master, timeout: number): Promise<boolean> {
  try {
    await servers.changes(timeout)
    return (await servers.masters(timeout)).some((each) => each.name === name)
  } catch {
    return true
  }
}
