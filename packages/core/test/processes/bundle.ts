import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { build, type Plugin } from 'vite'

/** A line of the sources in the place of another one. */
export interface Patch {
  /** Below `src`. */
  readonly file: string
  /** Stands there exactly once. */
  readonly from: string
  readonly to: string
}

/** A worker program that Node.js can run. */
export interface Program {
  readonly file: string
  remove(): Promise<void>
}

const core = join(import.meta.dirname, '../..')

/**
 * Makes a program of the sources, which are TypeScript, with the patches if there are any.
 *
 * @param entry the file of the program itself; the worker's where it is not given.
 */
export async function bundle(
  patches: readonly Patch[] = [],
  entry: string = join(import.meta.dirname, 'worker.child.ts'),
): Promise<Program> {
  const cache = join(core, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  // Inside the package, where the dependencies are found.
  const folder = await mkdtemp(join(cache, 'worker-'))
  await build({
    configFile: false,
    root: core,
    logLevel: 'error',
    plugins: [patching(patches)],
    build: {
      ssr: entry,
      target: 'node20',
      outDir: folder,
      rollupOptions: { output: { entryFileNames: 'worker.mjs' } },
    },
  })
  return { file: join(folder, 'worker.mjs'), remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Fails when a patch does not fit exactly once, so that no variant can lose what makes it one. */
function patching(patches: readonly Patch[]): Plugin {
  const left = new Set(patches)
  return {
    name: 'patches',
    enforce: 'pre',
    transform(code, id) {
      const own = patches.filter(({ file }) => relative(join(core, 'src'), id) === file)
      for (const patch of own) left.delete(patch)
      return own.length === 0 ? null : { code: own.reduce(patched, code), map: null }
    },
    buildEnd(error) {
      if (error === undefined && left.size > 0)
        throw new Error(`no such file: ${[...left].map(({ file }) => file).join()}`)
    },
  }
}

function patched(code: string, { file, from, to }: Patch): string {
  const parts = code.split(from)
  if (parts.length !== 2) throw new Error(`${file} holds ${parts.length - 1} times, not once: ${from}`)
  return parts.join(to)
}
