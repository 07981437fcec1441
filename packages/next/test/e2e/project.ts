import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pnpm } from '../../../../tools/bootstrap.mjs'
import { capture } from '../../../../tools/child.mjs'
import { root } from '../../../../tools/root.mjs'
import { readManifest } from '../../../../tools/workspaces.mjs'

/** One of the apps that the fixture is built to. */
export interface Build {
  /** The id of the build, and part of its folder's name. */
  readonly id: string
  /** With Cache Components, or with pages as they were before. */
  readonly variant: 'cached' | 'pages'
  /** `output: 'standalone'`. */
  readonly standalone?: boolean
  /** `partialPrefetching`, which Cache Components have from Next.js 17 on. */
  readonly partial?: boolean
}

export type Env = Readonly<Record<string, string>>

/** A project outside of the workspace, with our packages installed from their tarballs. */
export interface Project {
  readonly folder: string
  /** `next build`, of which nothing is there yet. @returns what it printed. */
  build(build: Build, env: Env): Promise<string>
  remove(): void
}

/** Next.js's own command, from the project's folder. */
export const NEXT = 'node_modules/next/dist/bin/next'

/**
 * Packs our packages, which must have been built, and installs them with Next.js in a temporary folder, or in the one that
 * REDSTART_NEXT_PROJECT names: what was built there stays, so that the next run need not.
 */
export async function makeProject(): Promise<Project> {
  const kept = process.env['REDSTART_NEXT_PROJECT']
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'redstart-next-'))
  const remove = (): void => (kept === undefined ? rmSync(folder, { recursive: true, force: true }) : undefined)
  try {
    cpSync(join(import.meta.dirname, 'fixture'), folder, { recursive: true })
    const packed = join(folder, 'packed')
    mkdirSync(packed, { recursive: true })
    const filters = OURS.map((name) => `--filter=@redstart/${name}`)
    await done('npx', pnpm(['--recursive', ...filters, 'pack', '--pack-destination', packed]))
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest(), undefined, 2))
    await done('npx', pnpm(['install', '--prefer-offline', '--ignore-workspace']), { cwd: folder })
  } catch (error) {
    remove()
    throw error
  }
  const build = (built: Build, env: Env): Promise<string> =>
    done(process.execPath, [NEXT, 'build'], { cwd: folder, env: { ...envOf(built), ...env } })
  return { folder, remove, build }
}

/** What the configuration of the fixture reads, when it is built and when it runs. */
export function envOf({ id, variant, standalone = false, partial = false }: Build): Env {
  return {
    ...{ E2E_BUILD: id, NEXT_PUBLIC_E2E_BUILD: id, E2E_VARIANT: variant, E2E_STANDALONE: standalone ? '1' : '' },
    ...{ E2E_PARTIAL: partial ? '1' : '', NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  }
}

const OURS = ['core', 'express', 'next']
/** What such an app installs beside them, in the versions that these packages are tested with. */
const THEIRS = [...['next/next', 'next/react', 'next/react-dom', 'express/express'], ...['core/ioredis-5']]

function manifest(): object {
  const ours = OURS.map((name) => [`@redstart/${name}`, `file:packed/${tarballOf(name)}`])
  const theirs = THEIRS.map((path) => {
    const [owner = '', name = ''] = path.split('/')
    const installed = readManifest(join(root, 'packages', owner, 'node_modules', name))
    return [name, name === installed.name ? installed.version : `npm:${installed.name}@${installed.version}`]
  })
  const dependencies: unknown = Object.fromEntries([...ours, ...theirs])
  return {
    name: 'storefront',
    private: true,
    type: 'module',
    dependencies,
    pnpm: { overrides: Object.fromEntries(ours) },
  }
}

function tarballOf(name: string): string {
  return `redstart-${name}-${readManifest(join(root, 'packages', name)).version}.tgz`
}

async function done(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<string> {
  const { exitCode, output } = await capture(command, args, options)
  if (exitCode !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${exitCode}: ${output}`)
  return output
}
