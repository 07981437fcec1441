import type { SessionContext } from '@redstart/koa'

/** What the apps of the restaurants keep in a session. Who it is and their role are not data: they are the session's own. */
export interface Fields {
  name: string
  restaurant: number
}

/** What handlers find on their context. */
export type AppContext = SessionContext<Fields>
