import { randomBytes } from 'node:crypto'
import zlib from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMPRESSION_LEVELS, compressPayload, hasCompression, inflatePayload } from '../../src/wire/index.ts'

const ALGORITHMS = (['gzip', 'brotli', 'zstd'] as const).filter(hasCompression)

/** Small streams of 32 MiB each. */
function bombs(): Readonly<Record<(typeof ALGORITHMS)[number], Uint8Array>> {
  const zeros = Buffer.alloc(32 * 1024 * 1024)
  // The types of the oldest Node.js do not know it.
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array }
  const quickly = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }
  return {
    gzip: zlib.gzipSync(zeros),
    brotli: zlib.brotliCompressSync(zeros, quickly),
    zstd: zstdCompressSync?.(zeros) ?? zeros,
  }
}

it('gzip and brotli are everywhere, zstd from Node.js 22.15 on', () => {
  expect([hasCompression('gzip'), hasCompression('brotli')]).toEqual([true, true])
  expect(hasCompression('zstd')).toBe('zstdCompress' in zlib)
  if (hasCompression('zstd')) return
  expect(compressPayload(Buffer.alloc(5000), 'zstd')).toBeUndefined()
  expect(inflatePayload(Buffer.alloc(5000), { algorithm: 'zstd', length: 5000 })).toBeUndefined()
})

describe.each(ALGORITHMS)('%s', (algorithm) => {
  const text = (bytes: number): Buffer =>
    Buffer.from('ramen, udon and soba; '.repeat(bytes / 22 + 1)).subarray(0, bytes)

  it('brings any payload back that it makes smaller', async () => {
    const payloads = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 3000 }))
    await fc.assert(
      fc.asyncProperty(payloads, async ([part, times]) => {
        const payload = Buffer.concat(Array.from({ length: times }, () => part))
        const stream = await compressPayload(payload, algorithm)
        if (stream === undefined) {
          expect(payload.length).toBeLessThan(200)
          return
        }
        expect(stream.length + 4).toBeLessThan(payload.length)
        const inflated = await inflatePayload(stream, { algorithm, length: payload.length })
        expect(Buffer.compare(payload, inflated ?? Buffer.alloc(0))).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it('works on this thread for small payloads, and on the thread pool for large ones and hard levels', () => {
    const { most } = COMPRESSION_LEVELS[algorithm]
    expect(compressPayload(text(16_384), algorithm)).toBeInstanceOf(Uint8Array)
    expect(compressPayload(text(16_385), algorithm)).toBeInstanceOf(Promise)
    expect(compressPayload(text(5000), algorithm, most)).toBeInstanceOf(Promise)
    const stream = compressPayload(text(5000), algorithm) as Uint8Array
    expect(inflatePayload(stream, { algorithm, length: 5000 })).toBeInstanceOf(Uint8Array)
    expect(inflatePayload(stream, { algorithm, length: 65_537 })).toBeInstanceOf(Promise)
  })

  it('leaves what does not become smaller', async () => {
    expect(compressPayload(randomBytes(2000), algorithm)).toBeUndefined()
    expect(await compressPayload(randomBytes(200_000), algorithm)).toBeUndefined()
    expect(compressPayload(Buffer.alloc(0), algorithm)).toBeUndefined()
  })

  it.each([5000, 200_000])(
    'refuses a length that is not that of %i bytes, and a stream with something behind it',
    async (size) => {
      const stream = (await compressPayload(text(size), algorithm)) ?? expect.fail('nothing was gained')
      for (const length of [0, 1, size - 1, size + 1, 2 ** 32 - 1])
        expect(await inflatePayload(stream, { algorithm, length })).toBeUndefined()
      const longer = Buffer.concat([stream, Buffer.from([0])])
      expect(await inflatePayload(longer, { algorithm, length: size })).toBeUndefined()
      expect(await inflatePayload(stream.subarray(0, -8), { algorithm, length: size })).toBeUndefined()
    },
  )

  it.each([1000, 100_000])('stops at the %i bytes that a bomb declares', async (length) => {
    const bomb = bombs()[algorithm]
    expect(bomb.length).toBeLessThan(100_000)
    globalThis.gc?.()
    const before = process.memoryUsage.rss()
    expect(await inflatePayload(bomb, { algorithm, length })).toBeUndefined()
    expect(process.memoryUsage.rss() - before).toBeLessThan(16 * 1024 * 1024)
  })
})
