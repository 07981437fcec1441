import { expect, it, vi } from 'vitest'

/** The modules as a bundler has them beside those of Node.js: evaluated once more. */
async function copyOf<Module>(load: () => Promise<Module>): Promise<Module> {
  vi.resetModules()
  return await load()
}

it('takes an instance that another copy of this package made, and the entries of it', async () => {
  const { createRedstart } = await copyOf(() => import('../../src/index.ts'))
  const { byteCache } = await copyOf(() => import('../../src/byte-cache/index.ts'))
  const redstart = createRedstart()
  const cache = byteCache(redstart, 'pages')
  const bytes = new TextEncoder().encode('soup')
  await cache.keep('pages:a', { bytes, ttl: 60_000, tags: ['dish:1'], moment: await cache.moment() })
  const read = await cache.read('pages:a', [])
  if (read.kind === 'missing') throw new Error('it was not kept')
  const again = { bytes, ttl: 60_000, tags: ['dish:1'], moment: cache.momentOf(read.entry) }
  await redstart.invalidate({ tags: ['dish:1'] })
  await cache.keep('pages:b', again)
  for (const path of ['pages:a', 'pages:b']) expect((await cache.read(path, [])).kind).toBe('missing')
  expect(() => cache.momentOf({})).toThrow('momentOf() takes the entry of what was read')
  expect(() => byteCache({ ...redstart.cache }, 'pages')).toThrow('byteCache() takes what createRedstart() returns')
  await redstart.close()
})
