import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NEXT, STOREFRONT } from './folder.ts'
import { hashOfSources } from './sources-hash.ts'

/** A machine that takes longer has other troubles. */
const LONGEST_MS = 10 * 60_000

export interface BuildOptions {
  /** @default the storefront of the repository */
  readonly folder?: string
  /** Arguments of Node.js. @default those that run `next build` */
  readonly args?: readonly string[]
  /** Milliseconds after which it is given up. @default ten minutes */
  readonly timeout?: number
  /** Told before it begins, where there is something to build. */
  readonly begin?: () => void
}

/** It is there, or why it is not. */
export type Built = { readonly built: true } | { readonly built: false; readonly why: string }

/**
 * Has the storefront built, unless that was done for these sources already. The note of it lies in what was built, so that it
 * goes with that. A build asks neither the network nor a Redis nor a database, and never rejects.
 */
export async function buildOnce(options: BuildOptions = {}): Promise<Built> {
  const { folder = STOREFRONT, args = [NEXT, 'build'], timeout = LONGEST_MS, begin = () => undefined } = options
  try {
    const note = join(folder, '.next', 'built-from')
    const hash = hashOfSources(folder)
    if (existsSync(note) && readFileSync(note, 'utf8') === hash) return { built: true }
    begin()
    const log = join(folder, '.redstart', 'build.log')
    const why = await run(args, folder, { log, timeout })
    if (why !== undefined) return { built: false, why: `${why}; ${log} says more` }
    writeFileSync(note, hash)
    return { built: true }
  } catch (error) {
    return { built: false, why: error instanceof Error ? error.message : String(error) }
  }
}

/** Resolves with why it failed. */
async function run(
  args: readonly string[],
  folder: string,
  { log, timeout }: { readonly log: string; readonly timeout: number },
): Promise<string | undefined> {
  mkdirSync(join(folder, '.redstart'), { recursive: true })
  const output = openSync(log, 'w')
  // What was built is the same wherever it runs: prices are of the database that it runs with.
  const { DATABASE_URL: _database, REDIS_URL: _redis, NODE_ENV: _mode, ...others } = process.env
  const env = { ...others, NEXT_TELEMETRY_DISABLED: '1' }
  try {
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', output, output], timeout })
    return await new Promise<string | undefined>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        if (code === 0) resolve(undefined)
        else resolve(signal === null ? `its build ended with ${code}` : `its build was ended by ${signal}`)
      })
    })
  } finally {
    closeSync(output)
  }
}
