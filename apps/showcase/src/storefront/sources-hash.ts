import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What is made of the sources, or has no part in what is built. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.next', '.redstart', 'dist', 'next-env.d.ts', 'node_modules', 'test'])

/** Everything that decides what a build gives: the sources, where they are, and the Next.js that builds them. */
export function hashOfSources(folder: string): string {
  const hash = createHash('sha256').update(`${folder}\n`)
  for (const file of [...filesIn(folder, ''), 'node_modules/next/package.json']) {
    const content = readFileSync(join(folder, file))
    hash.update(`${file} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
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
