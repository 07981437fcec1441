import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRecord } from '../runtime/sections.ts'

/**
 * What a build says of itself, beside the pages that it makes: what copies those, `standalone` output as well, copies it too.
 * Files have no times that can be relied on, once they have been copied.
 */
const NAME = 'redstart-build.json'

/**
 * Notes when a build began. Next.js has emptied its folder before, so that what is noted there is of this build; where it is
 * told not to, nothing is known of what lies there.
 *
 * @param begun by the wall clock of this machine, in ms: before anything was rendered.
 */
export async function writeBuildRecord(distDir: string, begun: number): Promise<void> {
  const folder = join(distDir, 'server', 'app')
  if (existsSync(folder)) await writeFile(join(folder, NAME), JSON.stringify({ version: 1, begun }))
}

/** When the build began that made what is in a folder; undefined where nobody noted it. */
export async function buildBegun(serverDistDir: string): Promise<number | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(join(serverDistDir, 'app', NAME), 'utf8'))
    if (!isRecord(record) || record['version'] !== 1) return undefined
    const { begun } = record
    return typeof begun === 'number' && Number.isFinite(begun) ? begun : undefined
  } catch {
    return undefined
  }
}
