import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CacheControl } from '../incremental/values.ts'
import { isRecord } from '../runtime/sections.ts'
import { buildBegun } from './build-record.ts'

/** What a build made, by its own account. */
export interface Prerendered {
  /** When it began, in ms, by the wall clock of the machine that it ran on. */
  readonly begun: number
  /** For how long the pages are good that it made, by their paths. */
  readonly lifetimes: ReadonlyMap<string, CacheControl>
  /** What requests have in `x-prerender-revalidate` that Next.js sends to itself. */
  readonly previewModeId: string
}

const known = new Map<string, Promise<Prerendered | undefined>>()

/** What is in the folder of a server. Read once: it does not change while that runs. */
export function prerenderedIn(serverDistDir: string): Promise<Prerendered | undefined> {
  const found = known.get(serverDistDir) ?? read(serverDistDir)
  known.set(serverDistDir, found)
  return found
}

async function read(serverDistDir: string): Promise<Prerendered | undefined> {
  const begun = await buildBegun(serverDistDir)
  if (begun === undefined) return undefined
  try {
    const manifest: unknown = JSON.parse(await readFile(join(serverDistDir, '..', 'prerender-manifest.json'), 'utf8'))
    if (!isRecord(manifest) || !isRecord(manifest['preview'])) return undefined
    const { previewModeId } = manifest['preview']
    if (typeof previewModeId !== 'string' || previewModeId === '') return undefined
    const lifetimes = new Map([
      ...lifetimesIn(manifest['dynamicRoutes'], 'fallbackRevalidate', 'fallbackExpire'),
      ...lifetimesIn(manifest['routes'], 'initialRevalidateSeconds', 'initialExpireSeconds'),
    ])
    return { begun, lifetimes, previewModeId }
  } catch {
    return undefined
  }
}

function* lifetimesIn(routes: unknown, revalidateName: string, expireName: string): Iterable<[string, CacheControl]> {
  if (!isRecord(routes)) return
  for (const [path, route] of Object.entries(routes)) {
    if (!isRecord(route)) continue
    const { [revalidateName]: revalidate, [expireName]: expire } = route
    if (revalidate !== false && typeof revalidate !== 'number') continue
    yield [path, { revalidate, expire: typeof expire === 'number' ? expire : undefined }]
  }
}
