import { describe, expect, it } from 'vitest'
import type { RedstartEvent } from '../../src/telemetry/events.ts'
import { logEvent } from '../../src/telemetry/log-event.ts'
import type { Logger } from '../../src/telemetry/logger.ts'
import { open } from '../cache/instance.ts'

/** A logger that keeps what it is told, as `level message`, with the fields. */
function notebook(): { readonly logger: Logger; readonly lines: [string, object][] } {
  const lines: [string, object][] = []
  const at = (level: string) => (fields: object, message: string) => void lines.push([`${level} ${message}`, fields])
  return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}

const place = { namespace: 'menu', key: 'menu:1' }
const error = new Error('gone')

describe('a logger', () => {
  it.each<[RedstartEvent, string, object]>([
    [
      { type: 'store.error', operation: 'read', code: 'STORE_TIMEOUT', error },
      'warn redstart: the backend failed',
      { operation: 'read', code: 'STORE_TIMEOUT', err: error },
    ],
    [
      { type: 'cache.load', ...place, outcome: 'failed', background: true, milliseconds: 5, error },
      'warn redstart: a loader failed',
      { ...place, background: true, err: error },
    ],
    [
      { type: 'cache.load', ...place, outcome: 'timeout', background: false, milliseconds: 5, error },
      'warn redstart: a loader timed out',
      { ...place, background: false, err: error },
    ],
    [
      { type: 'cache.write', ...place, outcome: 'too-large', bytes: 0, rawBytes: 0, error },
      'warn redstart: a value was not stored: too-large',
      { ...place, bytes: 0, err: error },
    ],
    [
      { type: 'cache.write', ...place, outcome: 'too-many-tags', bytes: 0, rawBytes: 0, error },
      'warn redstart: a value was not stored: too-many-tags',
      { ...place, bytes: 0, err: error },
    ],
    [
      { type: 'cache.write', ...place, outcome: 'unsupported', bytes: 0, rawBytes: 0, error },
      'warn redstart: a value was not stored: unsupported',
      { ...place, bytes: 0, err: error },
    ],
    [
      { type: 'cache.reject', ...place, origin: 'stored', issues: ['$.name: Required'] },
      'warn redstart: a stored value does not fit its schema',
      { ...place, issues: ['$.name: Required'] },
    ],
    [
      { type: 'store.degraded', operation: 'read', code: 'STORE_TIMEOUT' },
      'warn redstart: the backend has stopped answering',
      { operation: 'read', code: 'STORE_TIMEOUT' },
    ],
    [{ type: 'store.recovered', milliseconds: 700 }, 'info redstart: the backend answers again', { milliseconds: 700 }],
    [
      { type: 'cache.slow', operation: 'read', ...place, milliseconds: 70 },
      'info redstart: slow',
      { operation: 'read', ...place, milliseconds: 70 },
    ],
    [{ type: 'cache.miss', ...place, reason: 'foreign' }, 'warn redstart: foreign bytes under a key of ours', place],
    [
      { type: 'cache.miss', ...place, reason: 'unreadable' },
      'warn redstart: unreadable bytes under a key of ours',
      place,
    ],
    [
      { type: 'cache.invalidate', names: ['t:secret'], strategy: 'immediate', reached: 'here', remote: false },
      'warn redstart: an invalidation waits for Redis',
      { names: 1 },
    ],
    [
      { type: 'view.reset', reason: 'generation' },
      'info redstart: the view of invalidations began anew',
      { reason: 'generation' },
    ],
    [{ type: 'view.reset', reason: 'gap' }, 'info redstart: the view of invalidations began anew', { reason: 'gap' }],
    [{ type: 'pending.replayed', names: 3 }, 'info redstart: waiting invalidations reached Redis', { names: 3 }],
    [
      { type: 'pending.overflow', names: 3 },
      'warn redstart: too many invalidations wait; everything will be invalidated',
      { names: 3 },
    ],
  ])('is told of %j', (event, line, fields) => {
    const { logger, lines } = notebook()
    logEvent(logger, event)
    expect(lines).toEqual([[line, fields]])
  })

  it.each<RedstartEvent>([
    { type: 'cache.hit', ...place, tier: 'l1', stale: true },
    { type: 'cache.delete', ...place, reached: 'all' },
    { type: 'cache.evict', ...place },
    { type: 'cache.miss', ...place, reason: 'absent' },
    { type: 'cache.load', ...place, outcome: 'loaded', background: false, milliseconds: 5 },
    { type: 'cache.stale-if-error', ...place, error },
    { type: 'cache.write', ...place, outcome: 'stored', bytes: 5, rawBytes: 9 },
    { type: 'cache.write', ...place, outcome: 'outranked', bytes: 5, rawBytes: 9 },
    { type: 'cache.write', ...place, outcome: 'unreached', bytes: 5, rawBytes: 9, error },
    { type: 'cache.invalidate', names: ['t:a'], strategy: 'lazy', reached: 'all', remote: true },
    { type: 'view.reset', reason: 'first' },
  ])('is not bothered with %j', (event) => {
    const { logger, lines } = notebook()
    logEvent(logger, event)
    expect(lines).toEqual([])
  })

  it('is told by an instance, without a listener, and never of values', async () => {
    const { createRedstart } = await import('../../src/index.ts')
    const { logger, lines } = notebook()
    const { cache } = createRedstart({ logger })
    await cache.getOrSet('menu:1', () => Promise.reject(error)).catch(() => undefined)
    await cache.getOrSet('menu:2', () => ({ secret: () => 'secret value' }))
    await cache.getOrSet('menu:3', () => 'secret value')
    expect(lines.map(([line]) => line)).toEqual([
      'warn redstart: a loader failed',
      'warn redstart: a value was not stored: unsupported',
    ])
    expect(JSON.stringify(lines) + lines.map(([, fields]) => Object.values(fields).map(String)).join()).not.toContain(
      'secret value',
    )
  })

  it('that throws breaks nothing', async () => {
    const broken = (): never => {
      throw new Error('disk full')
    }
    const { cache } = open({ logger: { debug: broken, info: broken, warn: broken, error: broken } })
    await expect(cache.getOrSet('menu:1', () => Promise.reject(error))).rejects.toBe(error)
    expect(await cache.getOrSet('menu:1', () => () => 1)).toBeTypeOf('function')
  })
})
