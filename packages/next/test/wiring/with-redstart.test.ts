import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { withRedstart } from '@redstart/next'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildBegun } from '../../src/seeds/build-record.ts'
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
      images: { customCacheHandler: true },
      serverExternalPackages: ['pg', '@redstart/core', '@redstart/next', 'ioredis'],
      compiler: { runAfterProductionCompile: expect.any(Function) },
    })
    expect(await readFile(path, 'utf8')).toContain('import("../../redstart.config.mjs")')
    expect(await readFile(join(folder, '.redstart', '.gitignore'), 'utf8')).toBe('*\n')
    expect(config).toEqual({ cacheComponents: true, serverExternalPackages: ['pg'] })
  })

  it('leaves images to the disk where the app says so', () => {
    const images = { customCacheHandler: false, unoptimized: false }
    const wired = withRedstart({ images }, { redstart: './redstart.config.mjs', folder })
    expect(wired.images).toEqual(images)
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

  it('notes in what is built when building it began, after what the app does there', async () => {
    const redstart = './redstart.config.mjs'
    const ran: unknown[] = []
    const runAfterProductionCompile = async (metadata: object): Promise<void> => void ran.push(metadata)
    const before = performance.timeOrigin + performance.now()
    const compiler = { styledComponents: true, runAfterProductionCompile }
    const wired = withRedstart({ compiler }, { redstart, folder })
    const after = performance.timeOrigin + performance.now()
    const metadata = { projectDir: folder, distDir: join(folder, '.next') }
    const server = join(folder, '.next', 'server')
    expect(wired.compiler).toMatchObject({ styledComponents: true })
    await wired.compiler.runAfterProductionCompile?.(metadata)
    expect(await buildBegun(server)).toBeUndefined()
    await mkdir(join(server, 'app'), { recursive: true })
    await wired.compiler.runAfterProductionCompile?.(metadata)
    expect(ran).toEqual([metadata, metadata])
    const begun = await buildBegun(server)
    expect(begun).toBeGreaterThanOrEqual(before)
    expect(begun).toBeLessThanOrEqual(after)
  })

  it('notes nothing where a folder is built into that is not emptied', () => {
    const wired = withRedstart({ cleanDistDir: false }, { redstart: './redstart.config.mjs', folder })
    expect(wired).not.toHaveProperty('compiler')
  })

  it('hands on how far clocks may differ', async () => {
    const textFor = async (buildClockSkew: number | false): Promise<string> => {
      const redstart = './redstart.config.mjs'
      return await readFile(withRedstart({}, { redstart, folder, buildClockSkew }).cacheHandler ?? '', 'utf8')
    }
    expect(await textFor(1.5)).toContain('"buildClockSkew":1500')
    expect(await textFor(false)).not.toContain('buildClockSkew')
  })

  it.each([
    [{}, { redstart: './redstart.config.mjs', buildClockSkew: -1 }, /buildClockSkew/],
    [{}, { redstart: './redstart.config.mjs', buildClockSkew: Number.NaN }, /buildClockSkew/],
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
