import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pendingChanges, version, withCopy } from '../release/version.mjs'
import { publicPackages, readManifest } from '../workspaces.mjs'

test('a minor change of the core is the same minor of every package, a major of none', async () => {
  const before = readManifest(join(import.meta.dirname, '../../packages/core')).version
  await withCopy(async (copy) => {
    for (const change of pendingChanges(copy)) rmSync(join(copy, '.changeset', change))
    writeFileSync(join(copy, '.changeset/minor.md'), "---\n'@redstart/core': minor\n---\n\nSomething new.\n")
    const packages = await version(copy)
    expect(packages.length).toBeGreaterThan(1)
    expect(new Set(packages.map((released) => released.version))).toEqual(new Set([nextMinor(before)]))
    expect(pendingChanges(copy)).toEqual([])
  })
})

test('every package that builds on the core accepts each core of the same major', () => {
  const ranges = publicPackages().flatMap(({ manifest }) => manifest.peerDependencies?.['@redstart/core'] ?? [])
  expect(ranges.length).toBeGreaterThan(0)
  expect(new Set(ranges)).toEqual(new Set(['workspace:>=0.0.0 <1.0.0']))
})

function nextMinor(current: string): string {
  const [major = '', minor = ''] = current.split('.')
  return `${major}.${Number(minor) + 1}.0`
}
