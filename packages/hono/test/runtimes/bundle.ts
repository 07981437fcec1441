import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'vite'

/** A program of one file, and its folder. */
export interface Bundle {
  readonly folder: string
  readonly file: string
  remove(): Promise<void>
}

const own = join(import.meta.dirname, '../..')

/** Makes a program of the sources for a runtime that has the Fetch standard and what it has of Node.js's modules. */
export async function bundle(entry: string): Promise<Bundle> {
  const cache = join(own, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'runtime-'))
  await build({
    configFile: false,
    root: own,
    logLevel: 'error',
    plugins: [ofTheRuntime, whereItWas],
    ssr: {
      noExternal: true,
      target: 'webworker',
      resolve: { conditions: ['@redstart/source', 'workerd', 'import', 'default'] },
    },
    resolve: { conditions: ['@redstart/source'] },
    build: {
      ssr: entry,
      target: 'es2022',
      outDir: folder,
      rollupOptions: { external: /^node:/, output: { entryFileNames: 'program.mjs', inlineDynamicImports: true } },
    },
  })
  return { folder, file: join(folder, 'program.mjs'), remove: () => rm(folder, { recursive: true, force: true }) }
}

/** A module of Node.js by its old name is the runtime's own too, and no package of that name that happens to be there. */
const ofTheRuntime: Plugin = {
  name: 'of the runtime',
  enforce: 'pre',
  resolveId: (id) => (isBuiltin(id) ? { id: id.startsWith('node:') ? id : `node:${id}`, external: true } : null),
}

/** What a module calls its own place is that of its source. */
const whereItWas: Plugin = {
  name: 'where it was',
  resolveImportMeta: (property, { moduleId }) =>
    property === 'url' ? JSON.stringify(pathToFileURL(moduleId).href) : null,
}
