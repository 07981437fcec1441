import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { wallTime } from '../clock.ts'
import { writeBuildRecord } from '../seeds/build-record.ts'
import { writeHandlerFile } from './handler-file.ts'
import { reasonOf, warnOnce } from '../runtime/warn-once.ts'
import { refused, settingsOf, type WithRedstartOptions } from './options.ts'

/** What `withRedstart()` reads and sets of the configuration of Next.js. */
export interface WiredConfig {
  cacheHandler?: string | undefined
  cacheHandlers?: Record<string, string | undefined> | undefined
  cacheMaxMemorySize?: number
  images?: { customCacheHandler?: boolean }
  serverExternalPackages?: string[]
  deploymentId?: string | undefined
  cleanDistDir?: boolean
  compiler?: { runAfterProductionCompile?: AfterCompile }
}

/** What Next.js runs when it has compiled an app, and before it renders pages of it. */
type AfterCompile = (metadata: { projectDir: string; distDir: string }) => Promise<void>

/** The configuration of Next.js as a function, which it may be. */
export type ConfigFunction<Config> = (phase: string, context: never) => Config | Promise<Config>

/** Never bundled: a second copy would have connections of its own. */
const EXTERNAL = ['@redstart/core', '@redstart/next', 'ioredis']

/**
 * Has a Next.js app keep everything that it caches in Redstart: `'use cache'`, prerendered pages, route handlers, fetches and
 * images, with one set of tags for all of them and for every other process.
 *
 * ```js
 * // next.config.mjs
 * import { withRedstart } from '@redstart/next'
 *
 * export default withRedstart({ cacheComponents: true }, { redstart: './redstart.config.mjs' })
 * ```
 *
 * @param config what `next.config.*` would export: an object, or a function that returns one.
 * @throws TypeError for an option that is not allowed, a configuration of Redstart that is not there, and handlers of others.
 */
export function withRedstart<Config extends WiredConfig>(
  config: ConfigFunction<Config>,
  options: WithRedstartOptions,
): (phase: string, context: never) => Promise<Config & WiredConfig>
export function withRedstart<Config extends WiredConfig>(
  config: Config,
  options: WithRedstartOptions,
): Config & WiredConfig
export function withRedstart<Config extends WiredConfig>(
  config: Config | ConfigFunction<Config>,
  options: WithRedstartOptions,
): (Config & WiredConfig) | ((phase: string, context: never) => Promise<Config & WiredConfig>) {
  if (typeof config !== 'function') return wired(config, options)
  return async (phase, context) => wired(await config(phase, context), options)
}

function wired<Config extends WiredConfig>(config: Config, options: WithRedstartOptions): Config & WiredConfig {
  const { default: ownDefault, remote } = config.cacheHandlers ?? {}
  if (config.cacheHandler !== undefined || ownDefault !== undefined || remote !== undefined)
    throw new TypeError(
      'withRedstart(): the configuration has a cacheHandler, or cacheHandlers default or remote, already',
    )
  const folder = resolve(pathFrom(options.folder ?? process.cwd()))
  const file = redstartFile(folder, options.redstart)
  const settings = settingsOf(options, relative(folder, file), config.deploymentId ?? '')
  const handlers = writeHandlerFile(folder, file, settings)
  return {
    ...config,
    cacheHandler: handlers,
    cacheHandlers: { ...config.cacheHandlers, default: handlers, remote: handlers },
    // Memory of its own would not hear of what is invalidated.
    cacheMaxMemorySize: 0,
    // Without it Next.js keeps images on the disk of each machine.
    images: { customCacheHandler: true, ...config.images },
    serverExternalPackages: [...new Set([...(config.serverExternalPackages ?? []), ...EXTERNAL])],
    // Nothing is known of what a folder holds that is not emptied.
    ...(config.cleanDistDir !== false && {
      compiler: { ...config.compiler, runAfterProductionCompile: noting(config) },
    }),
  }
}

/** Notes in what is built when building it began: this is evaluated before anything is rendered. */
function noting({ compiler }: WiredConfig): AfterCompile {
  const begun = wallTime()
  return async (metadata) => {
    await compiler?.runAfterProductionCompile?.(metadata)
    try {
      await writeBuildRecord(metadata.distDir, begun)
    } catch (error) {
      warnOnce('build record', `pages of this build will be rendered once more: ${reasonOf(error)}`)
    }
  }
}

function redstartFile(folder: string, given: unknown): string {
  if (typeof given !== 'string' && !(given instanceof URL))
    throw refused('redstart', "not a path such as './redstart.config.mjs', nor a file URL")
  const file = resolve(folder, pathFrom(given))
  if (!existsSync(file)) throw refused('redstart', `no file that is there: ${file}`)
  if (!/\.[cm]?js$/.test(file))
    throw refused('redstart', 'no .mjs, .js or .cjs: Node.js must be able to read it as it is')
  return file
}

function pathFrom(given: string | URL): string {
  return given instanceof URL || given.startsWith('file:') ? fileURLToPath(given) : given
}
