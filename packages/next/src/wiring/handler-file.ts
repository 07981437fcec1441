import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { HandlerSettings } from '../runtime/settings.ts'

/**
 * Writes the module that Next.js is told of. It names the configuration by a path that tracing follows, so that `standalone`
 * output has all of it. Where it is there already, nothing is written: the folder of a deployed app may be read-only.
 *
 * @returns its path.
 */
export function writeHandlerFile(folder: string, config: string, settings: HandlerSettings): string {
  const path = join(folder, '.redstart', 'next', 'cache-handlers.mjs')
  const text = handlerModule(relative(dirname(path), config).split(sep).join('/'), settings)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return path
  mkdirSync(dirname(path), { recursive: true })
  writeWhole(join(folder, '.redstart', '.gitignore'), '*\n')
  writeWhole(path, text)
  return path
}

function handlerModule(config: string, settings: HandlerSettings): string {
  const specifier = config.startsWith('.') ? config : `./${config}`
  return `// Written by withRedstart() of @redstart/next, whenever the configuration of Next.js is read.
import { createCacheHandlers } from '@redstart/next/handlers'

export default createCacheHandlers({
  config: () => import(${JSON.stringify(specifier)}),
  settings: ${JSON.stringify(settings)},
})
`
}

/** Several processes read the configuration at a time: none of them sees half of a file. */
function writeWhole(path: string, text: string): void {
  const beside = `${path}.${process.pid}`
  writeFileSync(beside, text)
  renameSync(beside, path)
}
