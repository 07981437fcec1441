import type { RedstartEvent } from './events.ts'

/** The event of one type. */
export type EventOf<Type extends RedstartEvent['type']> = Extract<RedstartEvent, { readonly type: Type }>

/** What can be listened to by name, with what its listener gets. Each is on the diagnostics channel `redstart:<name>`, too. */
export interface Hooks {
  /** A read was served, by memory or the backend. */
  readonly hit: EventOf<'cache.hit'>
  /** A read found nothing that it could use. */
  readonly miss: EventOf<'cache.miss'>
  /** A loader has ended. */
  readonly load: EventOf<'cache.load'>
  readonly join: EventOf<'cache.join'>
  /** A caller got a stale entry, because a loader takes longer than its soft timeout. */
  readonly softTimeout: EventOf<'cache.soft-timeout'>
  readonly staleIfError: EventOf<'cache.stale-if-error'>
  /** A value was stored, or could not be: one that was loaded or given to `set`. */
  readonly set: EventOf<'cache.write'>
  readonly delete: EventOf<'cache.delete'>
  readonly evict: EventOf<'cache.evict'>
  readonly reject: EventOf<'cache.reject'>
  readonly remove: EventOf<'cache.remove'>
  /** Something was invalidated, here or by another instance. */
  readonly invalidate: EventOf<'cache.invalidate'>
  readonly purge: EventOf<'cache.purge'>
  readonly slow: EventOf<'cache.slow'>
  readonly degraded: EventOf<'store.degraded'>
  readonly recovered: EventOf<'store.recovered'>
  readonly storeError: EventOf<'store.error'>
  readonly viewReset: EventOf<'view.reset'>
  readonly replayed: EventOf<'pending.replayed'>
  readonly overflow: EventOf<'pending.overflow'>
  readonly warmerFailed: EventOf<'warmer.failed'>
  readonly listenerError: EventOf<'listener.error'>
  /** A session began: of a visitor, or by a log-in. */
  readonly sessionCreated: EventOf<'session.created'>
  readonly sessionEnded: EventOf<'session.ended'>
  readonly sessionRotated: EventOf<'session.rotated'>
  /** Somebody has a copy of a cookie. */
  readonly sessionReuse: EventOf<'session.reuse'>
  readonly sessionBinding: EventOf<'session.binding'>
  readonly sessionDamaged: EventOf<'session.damaged'>
  readonly sessionRejected: EventOf<'session.rejected'>
  readonly sessionLost: EventOf<'session.lost'>
  /** Cookies and writes that came to nothing, once a minute. */
  readonly sessionRefused: EventOf<'session.refused'>
  /** A check was refused. */
  readonly limitDenied: EventOf<'limit.denied'>
  readonly limitShadowDenied: EventOf<'limit.shadow-denied'>
  readonly limitNear: EventOf<'limit.near'>
  readonly limitBlocked: EventOf<'limit.blocked'>
  readonly limitReset: EventOf<'limit.reset'>
  readonly limitPermitLost: EventOf<'limit.permit-lost'>
  /** Checks are decided without the backend. */
  readonly limitFallback: EventOf<'limit.fallback'>
  readonly limitRecovered: EventOf<'limit.recovered'>
  /** An answer that is cached depends on what its key does not have. */
  readonly unkeyed: EventOf<'http.unkeyed'>
  readonly pagesDropped: EventOf<'http.pages-dropped'>
  /** A CDN was not told what to drop. */
  readonly purgeFailed: EventOf<'http.purge-failed'>
}

/** The types of events by their short names. */
export const HOOKS: { readonly [Name in keyof Hooks]: Hooks[Name]['type'] } = {
  hit: 'cache.hit',
  miss: 'cache.miss',
  load: 'cache.load',
  join: 'cache.join',
  softTimeout: 'cache.soft-timeout',
  staleIfError: 'cache.stale-if-error',
  set: 'cache.write',
  delete: 'cache.delete',
  evict: 'cache.evict',
  reject: 'cache.reject',
  remove: 'cache.remove',
  invalidate: 'cache.invalidate',
  purge: 'cache.purge',
  slow: 'cache.slow',
  degraded: 'store.degraded',
  recovered: 'store.recovered',
  storeError: 'store.error',
  viewReset: 'view.reset',
  replayed: 'pending.replayed',
  overflow: 'pending.overflow',
  warmerFailed: 'warmer.failed',
  listenerError: 'listener.error',
  sessionCreated: 'session.created',
  sessionEnded: 'session.ended',
  sessionRotated: 'session.rotated',
  sessionReuse: 'session.reuse',
  sessionBinding: 'session.binding',
  sessionDamaged: 'session.damaged',
  sessionRejected: 'session.rejected',
  sessionLost: 'session.lost',
  sessionRefused: 'session.refused',
  limitDenied: 'limit.denied',
  limitShadowDenied: 'limit.shadow-denied',
  limitNear: 'limit.near',
  limitBlocked: 'limit.blocked',
  limitReset: 'limit.reset',
  limitPermitLost: 'limit.permit-lost',
  limitFallback: 'limit.fallback',
  limitRecovered: 'limit.recovered',
  unkeyed: 'http.unkeyed',
  pagesDropped: 'http.pages-dropped',
  purgeFailed: 'http.purge-failed',
}
