import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export const PREVIEW = 'preview-mode-id'

/** Files of a page, by their endings, with what its `.meta` says besides. */
export interface MadePage {
  readonly kind?: 'APP_PAGE' | 'APP_ROUTE' | 'PAGES'
  readonly source?: string
  readonly path: string
  readonly files: Readonly<Record<string, string>>
  readonly meta?: object
  readonly lifetime?: object
}

/** The key by which Next.js asks for a page. */
export function keyOf({ kind = 'APP_PAGE', path, source = `${path}/page` }: Omit<MadePage, 'files'>): string {
  return `/route-cache/${kind}/${createHash('sha256').update(source).digest('hex')}/$${path === '/' ? '/index' : path}`
}

/** The folder of a server, as a build leaves it. */
export class MadeBuild implements AsyncDisposable {
  readonly #root: string

  private constructor(root: string) {
    this.#root = root
  }

  static async make(begun: number, pages: readonly MadePage[]): Promise<MadeBuild> {
    const build = new MadeBuild(await mkdtemp(join(tmpdir(), 'redstart-build-')))
    await build.write('BUILD_ID', `${begun}`)
    await build.write('server/app/redstart-build.json', JSON.stringify({ version: 1, begun }))
    const routes = pages.map(({ path, lifetime = { initialRevalidateSeconds: false } }) => [path, lifetime] as const)
    const manifest = { routes: Object.fromEntries(routes), dynamicRoutes: {}, preview: { previewModeId: PREVIEW } }
    await build.write('prerender-manifest.json', JSON.stringify(manifest))
    for (const page of pages) await build.#page(page)
    return build
  }

  get serverDistDir(): string {
    return join(this.#root, 'server')
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.#root, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }

  async #page(page: MadePage): Promise<void> {
    const { kind = 'APP_PAGE', path, source = `${path}/page`, files, meta = {} } = page
    const routeCache = { key: keyOf(page), owner: { kind, sourceRoute: source }, isFallback: false }
    const all = { ...files, '.meta': JSON.stringify({ headers: {}, routeCache, ...meta }) }
    const name = `server/${kind === 'PAGES' ? 'pages' : 'app'}${path === '/' ? '/index' : path}`
    for (const [ending, text] of Object.entries(all)) await this.write(`${name}${ending}`, text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#root, { recursive: true })
  }
}
