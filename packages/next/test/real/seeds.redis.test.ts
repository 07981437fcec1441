import { chmod, cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createRedstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { APP, buildApp, type Environment, RunningApp } from './real-app.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

/** `buildClockSkew` of the app, and some more. */
const LATER_MS = 3000

async function builtPage(build: string, slug: string): Promise<string | undefined> {
  const html = await readFile(join(APP, `.next-${build}`, 'server', 'app', 'isr', `${slug}.html`), 'utf8')
  return /made ([0-9a-f-]{36})/.exec(html)?.[1]
}

/** Another build, while one is running. */
async function builtBeside(app: string, env: Environment = {}): Promise<Environment> {
  const before: Environment = { REDIS_URL: server.url, REAL_APP: app, REAL_BUILD: 'before' }
  const after = { ...before, ...env }
  await buildApp(before)
  await using running = await RunningApp.start(before)
  await running.get('/isr/built')
  await setTimeout(LATER_MS)
  // There is no Redis for a build.
  await buildApp({ ...after, REDIS_URL: 'redis://127.0.0.1:1' })
  return after
}

describe('pages that a real build made', { timeout: 600_000 }, () => {
  it('are the first to be served, by all processes, unless something of theirs was invalidated since', async () => {
    const env = await builtBeside('seeds', { REAL_BUILD: 'after' })
    const redstart = createRedstart({ backend: redis(server.url), app: 'seeds' })
    await redstart.invalidate({ tags: ['dish:dropped'] })
    await redstart.close()
    const made = await builtPage('after', 'built')
    expect(made).toBeDefined()
    await using one = await RunningApp.start(env)
    expect(await one.get('/isr/built')).toMatchObject({ status: 200, made, cache: 'HIT' })
    await using other = await RunningApp.start(env)
    expect(await other.get('/isr/built')).toMatchObject({ status: 200, made, cache: 'HIT' })
    const dropped = await one.get('/isr/dropped')
    expect(dropped).toMatchObject({ status: 200, cache: 'MISS' })
    expect(dropped.made).not.toBe(await builtPage('after', 'dropped'))
    expect(await other.get('/isr/dropped')).toMatchObject({ made: dropped.made, cache: 'HIT' })
  })

  it('are served from standalone output that nobody may write to', async () => {
    const env = await builtBeside('standalone', { REAL_BUILD: 'alone', REAL_STANDALONE: '1' })
    const root = await mkdtemp(join(tmpdir(), 'redstart-standalone-'))
    try {
      await cp(join(APP, '.next-alone', 'standalone'), root, { recursive: true, verbatimSymlinks: true })
      await chmod(root, 0o755)
      const folder = join(root, 'packages', 'next', 'test', 'real', 'app')
      // It is CommonJS, in a package that is not.
      await rename(join(folder, 'server.js'), join(folder, 'server.cjs'))
      await using alone = await RunningApp.start(env, { folder, ...(process.getuid?.() === 0 && { uid: 65_534 }) })
      expect(await alone.get('/isr/built')).toMatchObject({ made: await builtPage('alone', 'built'), cache: 'HIT' })
    } finally {
      await rm(root, { recursive: true })
    }
  })
})
