import type { Session } from '@redstart/core'

/**
 * What an application keeps in its sessions. Say it once, and `req.session` knows it everywhere:
 *
 * ```ts
 * declare module '@redstart/express' {
 *   interface SessionFields { cart: Record<string, number> }
 * }
 * ```
 */
// An interface with no member can be extended by others, which a type cannot.
export interface SessionFields {}

declare global {
  namespace Express {
    interface Request {
      /** See `session()`; with `load: 'lazy'` use the middleware's own promise instead. */
      session: Session<SessionFields>
      /** Names the session for as long as it lives; no secret. */
      sessionID: string
    }
  }
}
