/**
 * Sessions for Next.js.
 *
 * @packageDocumentation
 */
export { type NextSessions, nextSessions } from './next-sessions.ts'
export type { NextSessionsOptions } from './options.ts'
export type { ReadonlySession, SessionFacts, Unwritable } from './readonly-session.ts'
export type { ProxySessionOptions } from './proxy-options.ts'
export type { ProxyHandler, ProxyRequest, ProxySession } from './proxy-session.ts'
export { returnPath } from './return-path.ts'
export type { SessionContext, SessionRoute, WithSession } from './with-session.ts'
