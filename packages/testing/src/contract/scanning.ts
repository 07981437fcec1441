import { randomBytes } from 'node:crypto'
import { type CacheStore, glob } from '@redstart/core'
import { expect } from 'vitest'
import { type ContractTest, contractTest } from './contract-test.ts'
import { ask, bytesAt, entry, markerOf, randomGeneration, TIMEOUT } from './requests.ts'
import { eventually, randomApp } from './stores.ts'

const generation = randomGeneration()

export const scanTests: readonly ContractTest[] = [
  contractTest('tells nothing where there is nothing', async ({ store }) => {
    expect(await found(store, '*')).toEqual([])
  }),

  contractTest('tells every entry that matches, and no other', async ({ store, other }) => {
    const paths = ['o:2024-01-1', 'o:2024-01-2', 'o:2024-02-1', 'o:a:b:c', 'p:2024-01-1', 'p:x', 'default:o']
    await fill(store, paths)
    const rows: readonly (readonly [match: string, paths: readonly string[]])[] = [
      ['*', paths],
      ['o:*', paths.slice(0, 4)],
      ['o:2024-01-*', paths.slice(0, 2)],
      ['?:2024-0[13]-1', ['o:2024-01-1', 'p:2024-01-1']],
      ['o:2024-0[^1]-*', ['o:2024-02-1']],
      ['*:b:*', ['o:a:b:c']],
      ['o:a*c', ['o:a:b:c']],
      ['p:x', ['p:x']],
      ['p:y', []],
      ['O:*', []],
    ]
    for (const [match, expected] of rows)
      expect([match, await found(other, match)]).toEqual([match, [...expected].sort()])
  }),

  contractTest('takes keys for what they are, whatever is in them', async ({ store }) => {
    const paths = ['n:a b', 'n:é漢😀', 'n:*?[a]', 'n:{x}', 'n:a\\b', 'n:"\'', `n:${'x'.repeat(1022)}`, 'n:%3A', 'n:-^]']
    await fill(store, paths)
    expect(await found(store, 'n:*')).toEqual([...paths].sort())
    for (const path of paths) expect(await found(store, glob.escape(path))).toEqual([path])
    expect(await found(store, 'n:??[😀-😂]')).toEqual(['n:é漢😀'])
    expect(await found(store, 'n:[^a]?')).toEqual(['n:"\''])
  }),

  contractTest('goes through many entries in several batches, while they come and go', async ({ store, other }) => {
    const stay = Array.from({ length: 4000 }, (_, n) => `stay:${n}`)
    await fill(store, stay)
    const seen = new Set<string>()
    let steps = 0
    for await (const batch of store.scan({ match: glob.compile('*:*') }, TIMEOUT)) {
      for (const path of batch) if (path.startsWith('stay:')) seen.add(path)
      const passing = `go:${steps}`
      await fill(other, [passing])
      if (steps % 2 === 0) await other.remove([passing], TIMEOUT)
      steps += 1
    }
    expect([seen.size, steps > 1]).toEqual([stay.length, true])
  }),

  contractTest('can be left before its end, and begun again', async ({ store }) => {
    const paths = Array.from({ length: 3000 }, (_, n) => `n:${n}`)
    await fill(store, paths)
    for await (const batch of store.scan({ match: glob.compile('n:*') }, TIMEOUT)) if (batch.length > 0) break
    expect(await found(store, 'n:*')).toEqual([...paths].sort())
  }),

  contractTest('tells no expired entry, and none of another app', async ({ store, open }) => {
    await fill(store, ['n:stays'])
    await store.write(entry('n:short', generation, 1, randomBytes(8), 50), TIMEOUT)
    await fill(open(randomApp()), ['n:theirs'])
    await eventually(async () => (await bytesAt(store, 'n:short')) === undefined, 'the expiry of an entry')
    expect(await found(store, '*')).toEqual(['n:stays'])
  }),
]

export const removeTests: readonly ContractTest[] = [
  contractTest('drops the entries named, and tells how many were there', async ({ store, other }) => {
    await fill(store, ['n:a', 'n:b', 'n:c'])
    expect(await other.remove(['n:a', 'n:absent', 'n:b', 'n:a'], TIMEOUT)).toBe(2)
    expect(await found(store, '*')).toEqual(['n:c'])
    expect(await store.remove(['n:c'], TIMEOUT)).toBe(1)
    expect(await store.remove(['n:c'], TIMEOUT)).toBe(0)
    expect(await store.remove([], TIMEOUT)).toBe(0)
  }),

  contractTest('drops thousands at once', async ({ store, other }) => {
    const paths = Array.from({ length: 3000 }, (_, n) => `n:${n}`)
    await fill(store, [...paths, 'm:kept'])
    expect(await store.remove(paths, TIMEOUT)).toBe(3000)
    expect(await found(other, '*')).toEqual(['m:kept'])
  }),

  contractTest('counts no expired entry', async ({ store }) => {
    await store.write(entry('n:short', generation, 1, randomBytes(8), 50), TIMEOUT)
    await eventually(async () => (await bytesAt(store, 'n:short')) === undefined, 'the expiry of an entry')
    expect(await store.remove(['n:short'], TIMEOUT)).toBe(0)
  }),

  contractTest('invalidates nothing', async ({ store }) => {
    const { clock } = await ask(store)
    await fill(store, ['n:a'])
    await store.remove(['n:a'], TIMEOUT)
    expect([(await ask(store)).clock, await markerOf(store, 'k:n:a')]).toEqual([clock, undefined])
    expect(await store.write(entry('n:a', generation, 1), TIMEOUT)).toBe('stored')
  }),

  contractTest('touches no other app', async ({ store, open }) => {
    const stranger = open(randomApp())
    await fill(stranger, ['n:a'])
    expect(await store.remove(['n:a'], TIMEOUT)).toBe(0)
    expect(await found(stranger, '*')).toEqual(['n:a'])
  }),
]

async function fill(store: CacheStore, paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map(async (path) => await store.write(entry(path, generation, 1), TIMEOUT)))
}

/** Everything that a whole walk tells, each once and in order. */
async function found(store: CacheStore, match: string): Promise<string[]> {
  const paths = new Set<string>()
  for await (const batch of store.scan({ match: glob.compile(match) }, TIMEOUT))
    for (const path of batch) paths.add(path)
  return [...paths].sort()
}
