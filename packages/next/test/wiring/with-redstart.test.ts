import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { withRedstart } from '@redstart/next'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { madeHandlers } from '../made-handlers.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redstart-next-'))
  await writeFile(join(folder, 'redstart.config.mjs'), 'throw new Error("it was read")\n')
})
afterAll(() => rm(folder, { recursive: true }))

describe('withRedstart', () => {
  it('tells Next.js of handlers, and reads no configuration', async () => {
    const config = { cacheComponents: true, serverExternalPackages: ['pg'] }
    const wired = withRedstart(config, { redstart: './redstart.config.mjs', folder })
    const path = join(folder, '.redstart', 'next', 'cache-handlers.mjs')
    expect(wired).toEqual({
      cacheComponents: true,
      cacheHandler: path,
      cacheHandlers: { default: path, remote: path },
      cacheMaxMemorySize: 0,
      serverExternalPackages: ['pg', '@redstart/core', '@redstart/next', 'ioredis'],
    })
    expect(await readFile(path, 'utf8')).toContain('import("../../redstart.config.mjs")')
    expect(await readFile(join(folder, '.redstart', '.gitignore'), 'utf8')).toBe('*\n')
    expect(config).toEqual({ cacheComponents: true, serverExternalPackages: ['pg'] })
  })

  it('writes nothing where it has written the same', async () => {
    const wire = (): unknown => withRedstart({}, { redstart: './redstart.config.mjs', folder })
    wire()
    const before = await stat(join(folder, '.redstart', 'next', 'cache-handlers.mjs'))
    wire()
    expect((await stat(join(folder, '.redstart', 'next', 'cache-handlers.mjs'))).ino).toBe(before.ino)
  })

  it('takes functions, URLs, and other handlers of use cache', async () => {
    const redstart = pathToFileURL(join(folder, 'redstart.config.mjs'))
    const wired = withRedstart(async () => ({ cacheHandlers: { sessions: '/mine.mjs' } }), { redstart, folder })
    const config = await wired('phase-production-server', {} as never) // which this function does not look at
    expect(Object.keys(config.cacheHandlers ?? {})).toEqual(['sessions', 'default', 'remote'])
  })

  it.each([
    [{}, { redstart: './nothing.mjs' }, /no file that is there/],
    [{}, { redstart: './redstart.config.ts' }, /no file|Node.js must be able/],
    [{}, { redstart: 5 }, /not a path/],
    [{}, { redstart: './redstart.config.mjs', nameSpace: 'a' }, /nameSpace is no option/],
    [{}, { redstart: './redstart.config.mjs', namespace: 'a:b' }, /namespace/],
    [{}, { redstart: './redstart.config.mjs', retention: 0.5 }, /retention/],
    [{}, { redstart: './redstart.config.mjs', maxEntryBytes: 0 }, /maxEntryBytes/],
    [{ cacheHandler: '/mine.mjs' }, { redstart: './redstart.config.mjs' }, /already/],
  ])('refuses %j with %j', (config, options, message) => {
    expect(() => withRedstart(config, { folder, ...options } as never)).toThrow(message) // what JavaScript would pass
  })
})

describe('the handlers', () => {
  it('have what Next.js asks of them', async () => {
    await using made = madeHandlers()
    const handler = made.handlers
    expect(Object.keys(handler).sort()).toEqual(['get', 'getExpiration', 'refreshTags', 'set', 'updateTags'])
  })
})
