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
      /** See `session()`; with `load: 'lazy'` use `loadSession(req)` instead. */
      get session(): Session<SessionFields>
      /** Null ends the session, as `destroy()` does; nothing else may be assigned. */
      set session(nothing: Session<SessionFields> | null)
      /** Names the session for as long as it lives; no secret. */
      sessionID: string
    }
  }
}
