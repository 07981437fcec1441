import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder for what the tests of one run share. */
    readonly ownFolder: string
  }
}

/** Makes it, and takes it away at the end. */
export default async function ownFolder({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'redstart-apps-'))
  provide('ownFolder', folder)
  return () => rm(folder, { recursive: true, force: true })
}
