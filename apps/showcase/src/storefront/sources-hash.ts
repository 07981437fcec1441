import { createHash, type Hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/** What is made of the sources, or has no part in what is built. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.next', '.redstart', 'dist', 'next-env.d.ts', 'node_modules', 'test'])

/**
 * Everything that decides what a build gives: the sources, where they are, the Next.js that builds them, and our packages,
 * which a bundler takes in, since they are linked and not installed.
 */
export function hashOfSources(folder: string): string {
  const hash = createHash('sha256').update(`${folder}\n`)
  update(hash, folder, [...filesIn(folder, ''), 'node_modules/next/package.json'])
  for (const linked of [...linkedOf(folder)].sort()) {
    const files = existsSync(join(linked, 'dist')) ? filesIn(linked, 'dist') : []
    update(
      hash,
      linked,
      files.filter((file) => file.endsWith('.js')),
    )
  }
  return hash.digest('hex')
}

function update(hash: Hash, folder: string, files: readonly string[]): void {
  for (const file of files) {
    const content = readFileSync(join(folder, file))
    hash.update(`${file} ${content.length}\n`).update(content)
  }
}

/** Paths of all files, sorted. */
function filesIn(folder: string, path: string): readonly string[] {
  return readdirSync(join(folder, path), { withFileTypes: true })
    .filter(({ name }) => !LEFT_OUT.has(name))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const own = path === '' ? entry.name : `${path}/${entry.name}`
      return entry.isDirectory() ? filesIn(folder, own) : [own]
    })
}

/** The folders of our packages that one imports, however far away. */
function linkedOf(folder: string, found = new Set<string>()): ReadonlySet<string> {
  // Of a package.json, its dependencies are names with versions.
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>
  }
  for (const name of Object.keys(dependencies).filter((one) => one.startsWith('@redstart'))) {
    const linked = realpathSync(join(folder, 'node_modules', name))
    if (found.has(linked)) continue
    found.add(linked)
    linkedOf(linked, found)
  }
  return found
}
