import { setTimeout } from 'node:timers/promises'
import { createRedstart, type Redstart } from '@redstart/core'
import { byteCache } from '@redstart/core/byte-cache'
import { describe, expect, it } from 'vitest'
import { Chronicle } from '../../src/seeds/chronicle.ts'

const PATH = 'next:moments'

function chronicleOf(redstart: Redstart, every = 0, retention = 3_600_000): Chronicle {
  return new Chronicle(byteCache(redstart, 'next'), { path: PATH, retention, every })
}

async function samplesIn(redstart: Redstart): Promise<readonly [number, number][]> {
  const read = await byteCache(redstart, 'next').read(PATH)
  if (read.kind === 'missing') return []
  return JSON.parse(Buffer.from(read.bytes).toString('utf8')) as [number, number][] // as they are written
}

async function write(redstart: Redstart, text: string): Promise<void> {
  const cache = byteCache(redstart, 'next')
  await cache.keep(PATH, { bytes: Buffer.from(text), ttl: 60_000, tags: [], moment: await cache.moment() })
}

describe('the chronicle of moments', () => {
  it('knows the last one that was over at a time', async () => {
    const redstart = createRedstart()
    const chronicle = chronicleOf(redstart)
    expect(await chronicle.momentBefore(Infinity)).toBeUndefined()
    for (let count = 0; count < 3; count++) {
      await chronicle.note()
      await redstart.invalidate({ tags: ['menu'] })
      await setTimeout(3)
    }
    const samples = await samplesIn(redstart)
    expect(samples).toHaveLength(3)
    for (const [time, clock] of samples) expect(await chronicle.momentBefore(time)).toMatchObject({ clock })
    expect(await chronicle.momentBefore((samples[0]?.[0] ?? 0) - 1)).toBeUndefined()
    expect(await chronicle.momentBefore((samples[1]?.[0] ?? 0) - 0.001)).toMatchObject({ clock: samples[0]?.[1] })
  })

  it('notes nothing twice within its time, by whatever process', async () => {
    const redstart = createRedstart()
    await chronicleOf(redstart, 60_000).note()
    const before = await samplesIn(redstart)
    await chronicleOf(redstart, 60_000).note()
    expect(before).toHaveLength(1)
    expect(await samplesIn(redstart)).toEqual(before)
  })

  it('is noted by use', async () => {
    const redstart = createRedstart()
    const chronicle = chronicleOf(redstart, 60_000)
    for (let count = 0; count < 5; count++) chronicle.tick()
    await expect.poll(() => samplesIn(redstart)).toHaveLength(1)
  })

  it('begins anew with a generation, and where it is dropped or damaged', async () => {
    const redstart = createRedstart()
    const chronicle = chronicleOf(redstart)
    await chronicle.note()
    await redstart.invalidate({ prefix: 'next:' })
    expect(await chronicle.momentBefore(Infinity)).toBeUndefined()
    for (const text of ['nothing', '{}', '[1,["a",2],[3],[null,4]]']) {
      await write(redstart, text)
      expect(await chronicle.momentBefore(Infinity)).toBeUndefined()
    }
    await chronicle.note()
    expect(await chronicle.momentBefore(Infinity)).toBeDefined()
  })

  it('knows less exactly what is long ago, and nothing of what is longer ago', async () => {
    const redstart = createRedstart()
    const now = performance.timeOrigin + performance.now()
    const minute = 60_000
    const minutes = 31 * 24 * 60
    await write(
      redstart,
      JSON.stringify(Array.from({ length: minutes }, (_, index) => [now - (minutes - index) * minute, index])),
    )
    const retention = 30 * 24 * 60 * minute
    const chronicle = chronicleOf(redstart, 0, retention)
    await chronicle.note()
    const samples = await samplesIn(redstart)
    expect(samples.length).toBeLessThan(500)
    expect(samples.length).toBeGreaterThan(100)
    for (const [index, [time]] of samples.entries()) {
      const next = samples[index + 1]?.[0] ?? now
      expect(now - time).toBeLessThan(retention + minute)
      expect(next - time).toBeLessThanOrEqual(Math.max(minute, (now - next) / 16) + 30_000)
    }
  })
})
