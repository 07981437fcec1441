import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { GetContext, IncrementalValue, StoredHeaders } from '../incremental/values.ts'
import { isRecord } from '../runtime/sections.ts'

/** Which file of a build is read, and for whom. */
export interface SeedQuestion {
  readonly serverDistDir: string
  /** As Next.js asks its handlers: `/route-cache/<kind>/<hash of the source>/$/<path>`. */
  readonly key: string
  readonly context: Pick<GetContext, 'kind' | 'isFallback' | 'isRoutePPREnabled'>
}

/** What the build wrote beside a page. */
interface Meta {
  readonly [name: string]: unknown
  readonly headers?: StoredHeaders
  readonly status?: number
  readonly postponed?: string
}

const KEY = /^\/route-cache\/([A-Z_]+)\/([0-9a-f]{64})\/\$(\/.+)$/s

/** The path of a page that is asked for by a key, as the manifest of a build has it. */
export function pathnameOf(key: string): string | undefined {
  const page = KEY.exec(key)?.[3]
  if (page === undefined) return undefined
  if (page === '/index') return '/'
  return page.startsWith('/index/') ? page.slice('/index'.length) : page
}

/**
 * What the build made for a key, read as Next.js reads it where it has no other cache: only what says itself that it is for
 * this very key, and only from the folder of the build. Undefined where there is nothing of the kind.
 */
export async function readSeed(question: SeedQuestion): Promise<IncrementalValue | undefined> {
  const page = KEY.exec(question.key)?.[3]
  if (page === undefined) return undefined
  const { serverDistDir, key, context } = question
  // Where something else takes the pages of a build, Next.js writes them by their keys.
  const unscoped = join(serverDistDir, context.kind === 'PAGES' ? 'pages' : 'app')
  try {
    for (const [folder, name] of [
      [unscoped, page],
      [join(serverDistDir, 'route-cache'), key.slice('/route-cache'.length)],
    ] as const) {
      const meta = await metaOf(new SeedFolder(folder, name), question)
      if (meta !== undefined) return await valueOf(new SeedFolder(folder, name), meta, context)
    }
  } catch {
    // Half of a page is none.
  }
  return undefined
}

class SeedFolder {
  readonly #folder: string
  readonly #name: string

  constructor(folder: string, name: string) {
    this.#folder = folder
    this.#name = name
  }

  /** @throws where there is no such file, or none of this folder. */
  read(ending: string): Promise<Buffer> {
    const path = join(this.#folder, `${this.#name}${ending}`)
    if (!path.startsWith(this.#folder + sep)) throw new Error('not a file of the build')
    return readFile(path)
  }
}

/** Undefined for what is not there, or is of another key. */
async function metaOf(files: SeedFolder, { key, context }: SeedQuestion): Promise<Meta | undefined> {
  const text = await files.read('.meta').catch(() => undefined)
  const meta: unknown = text === undefined ? undefined : JSON.parse(text.toString('utf8'))
  if (!isMeta(meta) || !isRecord(meta['routeCache'])) return undefined
  const { key: own, owner, isFallback } = meta['routeCache']
  if (own !== key || !isOwner(owner, key)) return undefined
  // A shell is what pages of its route begin with, whoever asks.
  const isShell = context.kind === 'APP_PAGE' && context.isRoutePPREnabled === true && meta.postponed !== undefined
  return isFallback === (context.isFallback === true) || isShell ? meta : undefined
}

function isMeta(meta: unknown): meta is Meta {
  if (!isRecord(meta)) return false
  const { headers, status, postponed } = meta
  return (
    (headers === undefined || isRecord(headers)) &&
    (status === undefined || typeof status === 'number') &&
    (postponed === undefined || typeof postponed === 'string')
  )
}

function isOwner(owner: unknown, key: string): boolean {
  if (!isRecord(owner) || typeof owner['sourceRoute'] !== 'string') return false
  const source = createHash('sha256').update(owner['sourceRoute']).digest('hex')
  return key.startsWith(`/route-cache/${String(owner['kind'])}/${source}/$/`)
}

async function valueOf(
  files: SeedFolder,
  meta: Meta,
  { kind, isFallback, isRoutePPREnabled }: SeedQuestion['context'],
): Promise<IncrementalValue | undefined> {
  const { headers, status, postponed } = meta
  switch (kind) {
    case 'APP_ROUTE': {
      if (headers === undefined || status === undefined) return undefined
      return { kind, body: await files.read('.body'), headers, status }
    }
    case 'PAGES': {
      const html = (await files.read('.html')).toString('utf8')
      const pageData: unknown = isFallback === true ? {} : JSON.parse((await files.read('.json')).toString('utf8'))
      return isRecord(pageData) ? { kind, html, pageData, headers, status } : undefined
    }
    case 'APP_PAGE': {
      const html = (await files.read('.html')).toString('utf8')
      const isWhole = isFallback !== true && !(isRoutePPREnabled === true && postponed !== undefined)
      const rscData = isWhole ? await files.read('.rsc') : undefined
      return { kind, html, rscData, headers, status, postponed, segmentData: await segmentsOf(files, meta) }
    }
    default:
      return undefined
  }
}

async function segmentsOf(files: SeedFolder, { segmentPaths }: Meta): Promise<Map<string, Buffer> | undefined> {
  if (!Array.isArray(segmentPaths)) return undefined
  const paths = segmentPaths.filter((path): path is string => typeof path === 'string')
  const bytes = await Promise.all(paths.map((path) => files.read(`.segments${path}.segment.rsc`)))
  return new Map(paths.map((path, index) => [path, bytes[index] ?? Buffer.alloc(0)]))
}
