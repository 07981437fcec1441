import { httpAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { koaAdapter, type KoaAdapterParts } from './koa-app.ts'
import { BETWEEN, ENDS, type KoaName, loadKoa } from './koa-versions.ts'

interface Way extends Omit<KoaAdapterParts, 'koa'> {
  readonly name: string
  readonly versions: readonly KoaName[]
  readonly groups: readonly string[]
}

const ALL = Object.keys(httpAdapterTests)
// Where a stream fails that koa-compress compresses, Koa 3.3 leaves the client waiting, whatever else the app uses.
const COMPRESSED = ['answers', 'streams']

const WAYS: readonly Way[] = [
  { name: 'by ctx.body', versions: ENDS, groups: ALL },
  { name: 'by ctx.body', versions: BETWEEN, groups: ALL.filter((group) => !isLarge(group)) },
  { name: 'by ctx.res', answering: 'response', versions: ENDS, groups: ALL.filter((group) => !isLarge(group)) },
  { name: 'compressed before', compression: 'before', versions: ENDS, groups: COMPRESSED },
  { name: 'compressed behind', compression: 'behind', versions: ENDS, groups: COMPRESSED },
]

/** Thousands of requests. */
function isLarge(group: string): boolean {
  return group === 'requests at the same time'
}

for (const { name, versions, groups, ...parts } of WAYS) {
  for (const version of versions) {
    describe(`${version}, ${name}`, () => {
      const adapter = koaAdapter({ koa: loadKoa(version), ...parts })
      for (const group of groups)
        describe(group, () => {
          for (const test of httpAdapterTests[group] ?? []) it(test.name, async () => await test.run(adapter), 60_000)
        })
    })
  }
}
