import type { Session } from '@redstart/core'

/**
 * What an application keeps in its sessions. Say it once, and `request.session` knows it everywhere:
 *
 * ```ts
 * declare module '@redstart/fastify' {
 *   interface SessionFields { cart: Record<string, number> }
 * }
 * ```
 */
// An interface with no member can be extended by others, which a type cannot.
export interface SessionFields {}

/** What a route says of its sessions: `false` for none, or when it is loaded. */
export type SessionRouteConfig = false | { readonly load: 'eager' | 'lazy' }

declare module 'fastify' {
  interface FastifyRequest {
    /** See `session`; where it is loaded lazily use `loadSession(request)` instead. */
    get session(): Session<SessionFields>
    /** Null ends the session, as `destroy()` does; nothing else may be assigned. */
    set session(nothing: Session<SessionFields> | null)
  }

  interface FastifyContextConfig {
    /** The session of this route: `false` for none. @default as `session` was registered */
    session?: SessionRouteConfig
  }
}
