import { startRedis } from '@redstart/testing'
import { expect } from 'vitest'
import type { Instance } from '../instance.ts'
import { act, dish, part, type Stage, type Step } from '../stage.ts'

/** Nothing waits for Redis for long: a page takes a second at the most, and many times that where a machine is busy. */
const SOON_MS = 20_000

/** Redis does not answer: pages do, with a Redis and two processes of their own, since those remember it for a while. */
export const outages: readonly Step[] = [
  { name: '9. Redis is stopped with SIGSTOP, and goes on', run: stopped },
  { name: '9. Redis is killed, and another one begins at its address', run: killed },
  { name: '9. Redis is not there when the app starts', run: absent },
]

async function stopped(stage: Stage): Promise<void> {
  await using server = await startRedis()
  await withTwo(stage, server.url, async (d, e) => {
    await shares(stage, d, e, 'before-stop')
    server.pause()
    await serves(stage, d, e, 'before-stop')
    await invalidates(stage, d, 'before-stop')
    server.resume()
    await expect.poll(() => dish(stage, e, 'before-stop'), RECOVERY).toMatchObject({ version: '2' })
    await shares(stage, d, e, 'after-stop')
  })
}

async function killed(stage: Stage): Promise<void> {
  const first = await startRedis()
  await withTwo(stage, first.url, async (d, e) => {
    await shares(stage, d, e, 'before-kill')
    await first.stop()
    await serves(stage, d, e, 'before-kill')
    await invalidates(stage, d, 'before-kill')
    await using second = await startRedis({ port: first.port })
    await expect.poll(() => dish(stage, e, 'before-kill'), RECOVERY).toMatchObject({ version: '2' })
    await shares(stage, d, e, 'after-kill')
    expect(await second.command('DBSIZE')).toBeGreaterThan(0)
  })
}

async function absent(stage: Stage): Promise<void> {
  const { url, port, stop } = await startRedis()
  await stop()
  await withTwo(stage, url, async (d, e) => {
    await serves(stage, d, e, 'absent')
    await invalidates(stage, d, 'absent')
    await using server = await startRedis({ port })
    await shares(stage, d, e, 'there')
    expect(await server.command('DBSIZE')).toBeGreaterThan(0)
  })
}

const RECOVERY = { timeout: 60_000, interval: 200 }

async function withTwo(
  { start, build }: Stage,
  redisUrl: string,
  use: (d: Instance, e: Instance) => Promise<void>,
): Promise<void> {
  const [d, e] = [
    await start(build, 'D', { redisUrl, deadline: '250ms' }),
    await start(build, 'E', { redisUrl, deadline: '250ms' }),
  ]
  try {
    await use(d, e)
    expect(`${d.said()}${e.said()}`).not.toMatch(/unhandled/i)
  } finally {
    await Promise.all([d.stop(), e.stop()])
  }
}

/** What D renders, E serves, in the end. */
async function shares(stage: Stage, d: Instance, e: Instance, slug: string): Promise<void> {
  let attempt = 0
  const look = async (): Promise<unknown> => {
    attempt += 1
    const name = attempt === 1 ? slug : `${slug}-${attempt}`
    await dish(stage, d, name)
    return await dish(stage, e, name)
  }
  await expect.poll(look, RECOVERY).toMatchObject({ status: 200, cache: 'HIT', stamp: 'D:1' })
}

/** Every kind of page answers, soon, from memory or rendered. */
async function serves(stage: Stage, d: Instance, e: Instance, slug: string): Promise<void> {
  const looks = [
    () => dish(stage, d, slug),
    () => dish(stage, e, slug),
    () => dish(stage, d, 'soup'),
    () => dish(stage, d, `${slug}-new`),
    () => part(stage, e, slug),
  ]
  for (const look of looks) {
    const begun = performance.now()
    expect(await look()).toMatchObject({ status: 200, version: '1' })
    expect(performance.now() - begun).toBeLessThan(SOON_MS)
  }
}

/** An invalidation holds at once in the process where it was made. */
async function invalidates(stage: Stage, d: Instance, slug: string): Promise<void> {
  stage.database.set(slug, '2')
  await act(stage, d, 'update', `dish:${slug}`)
  expect(await dish(stage, d, slug)).toMatchObject({ status: 200, version: '2' })
}
