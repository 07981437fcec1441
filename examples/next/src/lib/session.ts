import type { Sessions } from '@redstart/core'
import { nextSessions } from '@redstart/next/session'
import redstart from './redstart.mjs'
import type { Fields } from './session-fields.ts'

/** The session of whoever is served: looked at by pages, changed by actions. */
export const { getSession, updateSession } = nextSessions(
  // What the apps of the restaurants keep in one they have agreed on, and the instance does not know.
  redstart.sessions as Sessions<Fields>,
  // `next start` is in production wherever it runs, over plain HTTP at home as well. Where there is TLS, leave this out.
  { cookie: { secure: 'auto' } },
)
