import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, defaultServerConditions } from 'vite'

/** A program that Node.js can run. */
export interface Program {
  readonly file: string
  remove(): Promise<void>
}

const CONDITIONS = ['@redstart/source', ...defaultServerConditions]

/** Makes a program of the sources, which are TypeScript. @param workspace has what it depends on: `packages/koa`. */
export async function bundle(entry: string, workspace: string): Promise<Program> {
  const root = join(import.meta.dirname, '../../../../..', workspace)
  const cache = join(root, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'race-'))
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    resolve: { conditions: CONDITIONS },
    ssr: { noExternal: [/^@redstart\//], resolve: { conditions: CONDITIONS } },
    build: {
      ssr: join(import.meta.dirname, entry),
      target: 'node20',
      outDir: folder,
      rollupOptions: { output: { entryFileNames: 'program.mjs' } },
    },
  })
  return { file: join(folder, 'program.mjs'), remove: () => rm(folder, { recursive: true, force: true }) }
}
