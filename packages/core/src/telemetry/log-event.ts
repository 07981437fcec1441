import type { RedstartEvent, WriteOutcome } from './events.ts'
import type { HttpEvent } from './http-events.ts'
import type { LimitEvent } from './limit-events.ts'
import { logSession } from './log-session.ts'
import type { Logger } from './logger.ts'
import type { SessionEvent } from './session-events.ts'

/** Tells a logger the events that somebody on call would want; hits and misses are not among them. */
export function logEvent(logger: Logger, event: RedstartEvent): void {
  if (isOfSession(event)) return logSession(logger, event)
  if (isOfLimit(event)) return logLimit(logger, event)
  if (isOfHttp(event)) return logHttp(logger, event)
  switch (event.type) {
    case 'store.error':
    case 'store.degraded':
    case 'store.recovered':
    case 'view.reset':
    case 'pending.replayed':
    case 'pending.overflow':
      return logBackend(logger, event)
    case 'cache.slow': {
      const { operation, namespace, key, milliseconds } = event
      return logger.info({ operation, namespace, key, milliseconds }, 'redstart: slow')
    }
    case 'cache.load':
      if (event.outcome === 'loaded' || event.outcome === 'abandoned') return
      return logger.warn(
        { namespace: event.namespace, key: event.key, background: event.background, err: event.error },
        `redstart: a loader ${event.outcome === 'timeout' ? 'timed out' : 'failed'}`,
      )
    case 'cache.write':
      if (QUIET_WRITES.has(event.outcome)) return
      return logger.warn(
        { namespace: event.namespace, key: event.key, bytes: event.bytes, err: event.error },
        `redstart: a value was not stored: ${event.outcome}`,
      )
    case 'cache.miss':
      if (event.reason !== 'foreign' && event.reason !== 'unreadable') return
      return logger.warn(
        { namespace: event.namespace, key: event.key },
        `redstart: ${event.reason} bytes under a key of ours`,
      )
    case 'cache.reject':
      return logger.warn(
        { namespace: event.namespace, key: event.key, issues: event.issues },
        `redstart: a ${event.origin} value does not fit its schema`,
      )
    case 'cache.invalidate':
      if (event.reached === 'all') return
      return logger.warn({ names: event.names.length }, 'redstart: an invalidation waits for Redis')
    case 'cache.purge':
      return logPurge(logger, event)
    case 'listener.error':
      return logger.warn({ err: event.error }, 'redstart: a listener failed')
    case 'warmer.failed':
      return logger.warn({ warmer: event.warmer, err: event.error }, 'redstart: a warmer failed')
    case 'cache.hit':
    case 'cache.join':
    case 'cache.delete':
    case 'cache.evict':
    case 'cache.remove':
    case 'cache.soft-timeout':
    case 'cache.stale-if-error':
  }
}

function isOfSession(event: RedstartEvent): event is SessionEvent {
  return event.type.startsWith('session.')
}

function isOfLimit(event: RedstartEvent): event is LimitEvent {
  return event.type.startsWith('limit.')
}

function isOfHttp(event: RedstartEvent): event is HttpEvent {
  return event.type.startsWith('http.')
}

function logHttp(logger: Logger, event: HttpEvent): void {
  if (event.type === 'http.unkeyed') {
    const { header, path, outcome } = event
    logger.warn(
      { header, path, outcome },
      `redstart: an answer to be cached depends on the header ${header}, which is neither in its key nor in its Vary`,
    )
  }
  if (event.type === 'http.purge-failed') {
    const { sink, tags, urls, error } = event
    logger.warn({ sink, tags: tags.length, urls: urls.length, err: error }, 'redstart: a CDN was not told what to drop')
  }
}

/** Denials are everyday, and may be many. */
function logLimit(logger: Logger, { type, ...fields }: LimitEvent): void {
  if (type === 'limit.fallback') logger.warn(fields, 'redstart: limits are decided without the backend')
  if (type === 'limit.recovered') logger.info(fields, 'redstart: the backend decides limits again')
  if (type === 'limit.blocked') logger.info(fields, 'redstart: a key was blocked')
  if (type === 'limit.reset') logger.info(fields, 'redstart: a limit was reset')
  if (type === 'limit.permit-lost') logger.warn(fields, 'redstart: a permit ran out while it was held')
}

type BackendEvent = Extract<RedstartEvent, { readonly type: `${'store' | 'view' | 'pending'}.${string}` }>

/** Of the backend, and of what waits for it. */
function logBackend(logger: Logger, event: BackendEvent): void {
  switch (event.type) {
    case 'store.error':
      return logger.warn(
        { operation: event.operation, code: event.code, err: event.error },
        'redstart: the backend failed',
      )
    case 'store.degraded':
      return logger.warn(
        { operation: event.operation, code: event.code },
        'redstart: the backend has stopped answering',
      )
    case 'store.recovered':
      return logger.info({ milliseconds: event.milliseconds }, 'redstart: the backend answers again')
    case 'view.reset':
      return event.reason === 'first'
        ? undefined
        : logger.info({ reason: event.reason }, 'redstart: the view of invalidations began anew')
    case 'pending.replayed':
      return logger.info({ names: event.names }, 'redstart: waiting invalidations reached Redis')
    case 'pending.overflow':
      return logger.warn(
        { names: event.names },
        'redstart: too many invalidations wait; everything will be invalidated',
      )
  }
}

function logPurge(
  logger: Logger,
  { match, scanned, removed, widened }: Extract<RedstartEvent, { readonly type: 'cache.purge' }>,
): void {
  const fields = { match, scanned, removed, widened }
  if (widened === undefined) return logger.info(fields, 'redstart: entries were purged')
  logger.warn(
    fields,
    'redstart: too many entries were purged to name each; all under a prefix of theirs was invalidated',
  )
}

/** Writes as they should be, those that nobody wanted, and those whose failure is told by itself. */
const QUIET_WRITES: ReadonlySet<WriteOutcome> = new Set([
  'stored',
  'outranked',
  'unreached',
  'declined',
  'not-admitted',
])
