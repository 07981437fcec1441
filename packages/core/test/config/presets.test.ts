import { describe, expect, it, vi } from 'vitest'

vi.mock('ioredis', () => {
  throw new Error('ioredis was loaded')
})

describe('the presets', () => {
  it('say this, and createRedstart takes them', async () => {
    const { createRedstart, presets } = await import('../../src/index.ts')
    expect(presets).toMatchInlineSnapshot(`
      {
        "development": {
          "deadline": "1s",
          "defaults": {
            "ttl": "1m",
          },
          "l1": {
            "maxBytes": 16777216,
            "maxEntries": 1000,
          },
          "slow": {
            "load": "200ms",
          },
        },
        "production": {
          "defaults": {
            "compression": {
              "threshold": 1024,
            },
            "jitter": 0.1,
            "stale": "10m",
            "ttl": "1h",
          },
          "l1": {
            "maxBytes": 268435456,
            "maxEntries": 50000,
          },
        },
        "testing": {
          "consistency": "strict",
          "deadline": "2s",
          "defaults": {
            "staleWhileRevalidate": false,
            "ttl": "1m",
          },
          "l1": {
            "maxBytes": 16777216,
            "maxEntries": 1000,
          },
        },
      }
    `)
    for (const preset of Object.values(presets)) await createRedstart(preset).close()
  })

  it('cannot be changed', async () => {
    const { presets } = await import('../../src/index.ts')
    for (const preset of Object.values(presets)) {
      expect(() => Object.assign(preset, { app: 'x' })).toThrow(TypeError)
      expect(() => Object.assign(preset.defaults ?? {}, { ttl: 1 })).toThrow(TypeError)
      expect(() => Object.assign(preset.l1 ?? {}, { maxBytes: 1 })).toThrow(TypeError)
    }
  })
})

describe('a program that reads a configuration of Redis', () => {
  it('does not load the client of Redis by it', async () => {
    const { configFromEnv } = await import('../../src/index.ts')
    expect(configFromEnv({ REDIS_URL: 'redis://localhost' }).redis).toEqual({ url: 'redis://localhost' })
    await expect(import('../../src/redis/index.ts')).rejects.toMatchObject({ cause: { message: 'ioredis was loaded' } })
  })
})
