import type { ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '@redstart-example/express'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Built, buildOnce } from '../src/storefront/build-once.ts'
import { hashOfSources } from '../src/storefront/sources-hash.ts'
import type { RunningNext } from '../src/storefront/run-next.ts'
import { startStorefront, type StartStorefrontOptions } from '../src/storefront/start-storefront.ts'
import type { AppLink } from '../src/state.ts'

/** Stands in for `next build`: writes what it sees of the environment. */
const BUILD = `
  const { mkdirSync, writeFileSync } = require('node:fs')
  const { DATABASE_URL, REDIS_URL, NEXT_TELEMETRY_DISABLED } = process.env
  mkdirSync('.next', { recursive: true })
  writeFileSync('.next/seen', [DATABASE_URL, REDIS_URL, NEXT_TELEMETRY_DISABLED].map(String).join(' '))`

describe('the build', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redstart-storefront-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await mkdir(join(folder, 'src'))
    await mkdir(join(folder, 'node_modules/next'), { recursive: true })
    await writeFile(join(folder, 'src/page.tsx'), 'one')
    await writeFile(join(folder, 'node_modules/next/package.json'), '{ "version": "16.4.6" }')
    await writeFile(join(folder, 'package.json'), '{ "dependencies": { "@redstart/core": "1.0.0", "next": "16.4.6" } }')
    const core = join(folder, 'node_modules/@redstart/core')
    await mkdir(join(core, 'dist'), { recursive: true })
    await writeFile(join(core, 'package.json'), '{}')
    await writeFile(join(core, 'dist/index.js'), 'one')
  })

  test('is of the sources, Next.js and the packages that are linked, and of nothing that is made of the sources', async () => {
    const seen = new Set([hashOfSources(folder)])
    for (const made of ['.next', '.redstart', 'dist', 'test']) {
      await mkdir(join(folder, made))
      await writeFile(join(folder, made, 'page.tsx'), 'made')
    }
    seen.add(hashOfSources(folder))
    expect(seen.size).toBe(1)
    await writeFile(join(folder, 'src/page.tsx'), 'two')
    seen.add(hashOfSources(folder))
    await writeFile(join(folder, 'src/other.tsx'), '')
    seen.add(hashOfSources(folder))
    await writeFile(join(folder, 'node_modules/next/package.json'), '{ "version": "16.5.0" }')
    seen.add(hashOfSources(folder))
    await writeFile(join(folder, 'node_modules/@redstart/core/dist/index.js'), 'two')
    seen.add(hashOfSources(folder))
    await writeFile(join(folder, 'node_modules/@redstart/core/dist/.tsbuildinfo'), 'when')
    seen.add(hashOfSources(folder))
    expect(seen.size).toBe(5)
  })

  test('is made once for the same sources, without the database and the Redis of whoever starts it', async () => {
    const begun: string[] = []
    const build = (): Promise<Built> => buildOnce({ folder, args: ['-e', BUILD], begin: () => begun.push('begun') })
    const env = { ...process.env }
    Object.assign(process.env, { DATABASE_URL: 'postgres://db', REDIS_URL: 'redis://cache' })
    onTestFinished(() => void (process.env = env))
    expect([await build(), await build()]).toEqual([{ built: true }, { built: true }])
    expect(begun).toHaveLength(1)
    expect(await readFile(join(folder, '.next/seen'), 'utf8')).toBe('undefined undefined 1')
    await writeFile(join(folder, 'src/page.tsx'), 'two')
    expect(await build()).toEqual({ built: true })
    expect(begun).toHaveLength(2)
  })

  test('that fails, takes too long or cannot begin is told with its reason, and made anew the next time', async () => {
    const log = join(folder, '.redstart', 'build.log')
    const failing = ['-e', `console.error('there is no such page'); process.exit(3)`]
    const failed = { built: false, why: `its build ended with 3; ${log} says more` }
    expect([await buildOnce({ folder, args: failing }), await buildOnce({ folder, args: failing })]).toEqual([
      failed,
      failed,
    ])
    expect(await readFile(log, 'utf8')).toContain('there is no such page')
    expect(await buildOnce({ folder, args: ['-e', 'setInterval(() => {}, 1000)'], timeout: 50 })).toMatchObject({
      why: expect.stringContaining('was ended by SIGTERM'),
    })
    expect(await buildOnce({ folder: join(folder, 'nowhere') })).toMatchObject({
      built: false,
      why: expect.stringContaining('nowhere'),
    })
    expect(await buildOnce({ folder, args: ['-e', BUILD] })).toEqual({ built: true })
  })
})

describe('beside the others', () => {
  const RUNNING = { port: 3004, child: {} as ChildProcess } // Nobody looks at it here.

  /** Starts it with what is given in the place of Next.js, and says what people and the page are told. */
  const start = (options: Partial<StartStorefrontOptions>): Told => {
    const told: Told = { lines: [], links: [], stop: async () => undefined }
    told.stop = startStorefront({
      database: {} as Database, // Nobody asks it here.
      ...{ app: 'restaurant', redis: true, port: 3004 },
      tell: (line) => told.lines.push(line),
      started: (link) => told.links.push(link),
      build: async () => ({ built: true }),
      run: async () => ({ ...RUNNING, stop: async () => undefined }),
      ...options,
    })
    return told
  }

  test('it is on the page and in the terminal once it answers, and stops with the others', async () => {
    let stopped = 0
    const stop = async (): Promise<void> => void (stopped += 1)
    const { lines, links, stop: stopAll } = start({ run: async () => ({ ...RUNNING, stop }) })
    await expect.poll(() => links).toEqual([{ name: 'storefront', framework: 'Next.js', url: 'http://127.0.0.1:3004' }])
    expect(lines).toEqual(['  storefront  http://127.0.0.1:3004          on Next.js, in a process of its own'])
    await stopAll()
    expect(stopped).toBe(1)
  })

  test('without Redis people are told in one line how to have it, and nothing is built', async () => {
    const build = (): Promise<Built> => Promise.reject(new Error('built'))
    const { lines, links } = start({ redis: false, build })
    await expect.poll(() => lines).toHaveLength(1)
    expect(lines[0]).toContain('REDIS_URL=redis://127.0.0.1:6379 npm start')
    expect(links).toEqual([])
  })

  test.each<[string, Partial<StartStorefrontOptions>]>([
    ['its build ended with 1', { build: async () => ({ built: false, why: 'its build ended with 1' }) }],
    ['one | two', { run: () => Promise.reject(new Error('one\n  two')) }],
  ])('what does not succeed is one line: %s', async (why, options) => {
    const { lines, links } = start(options)
    await expect.poll(() => lines).toEqual([`  storefront  is not there: ${why}`])
    expect(links).toEqual([])
  })

  test('who ends all while it is built never sees it start, and one that was just starting is stopped', async () => {
    let built: (value: Built) => void = () => undefined
    let runs = 0
    const build = (begin: () => void): Promise<Built> => {
      begin()
      return new Promise((resolve) => (built = resolve))
    }
    const { lines, stop } = start({
      build,
      run: async () => ((runs += 1), { ...RUNNING, stop: async () => undefined }),
    })
    expect(lines).toEqual([expect.stringContaining('is being built')])
    await stop()
    built({ built: true })
    await new Promise(setImmediate)
    expect([runs, lines.length]).toEqual([0, 1])

    let stops = 0
    let answers: (value: RunningNext) => void = () => undefined
    const second = start({ run: () => new Promise((resolve) => (answers = resolve)) })
    await new Promise(setImmediate)
    await second.stop()
    answers({ ...RUNNING, stop: async () => void (stops += 1) })
    await expect.poll(() => stops).toBe(1)
    expect([second.lines, second.links]).toEqual([[], []])
  })
})

interface Told {
  readonly lines: string[]
  readonly links: AppLink[]
  stop: () => Promise<void>
}
