import '../../src/request.ts'

/** What the applications of these tests keep in their sessions. */
declare module '../../src/request.ts' {
  interface SessionFields {
    views: number
    cart: Record<string, number>
    note: string
    name: string
    state: string
    returnTo: string
    passport: { user?: string }
    csrfToken: string
  }
}

declare global {
  namespace Express {
    /** What passport knows of a user. */
    interface User {
      readonly id: string
    }
  }
}
