import { resolveSessions } from '../session/resolve-settings.ts'
import { checkedBy } from './checked-by.ts'
import { duration, type Fields, fields, isRecord } from './checks.ts'
import type { SessionsConfig } from './config.ts'
import { type Check, refusalOf } from './problem.ts'

/** The fields that these options have; the compiler holds the list and the type together. */
const SESSIONS = {
  namespace: true,
  idle: true,
  absolute: true,
  remember: ['idle', 'absolute'],
  touchAfter: true,
  rotateEvery: true,
  grace: true,
  onReuse: true,
  limit: ['max', 'onExceed'],
  anonymousLimit: ['max', 'window'],
  binding: ['ip', 'userAgent'],
  durability: ['replicas', 'within'],
  version: true,
  conflicts: true,
  preLogin: true,
  unavailable: true,
  deadline: true,
  updateTimeout: true,
} satisfies Record<keyof SessionsConfig, true | readonly string[]>

/** What each option of sessions may be. */
export const SESSIONS_FIELDS: Fields = {
  ...checkedBy((given) => resolveSessions(given, ANY_DEADLINE), SESSIONS),
  // Each of them alone is checked against the default of the other one.
  idle: duration(1),
  absolute: duration(1),
}

const each = fields(SESSIONS_FIELDS)

/** Checks the options of sessions: each alone, and whether they go together. */
export const sessionsConfig: Check = (value, path) => {
  const findings = each(value, path)
  if (findings.length > 0 || !isRecord(value)) return findings
  return refusalOf(path, () => resolveSessions(value, ANY_DEADLINE)).map((finding) => ({ ...finding, conflict: true }))
}

/** It is the instance's, and says nothing of the other options. */
const ANY_DEADLINE = 1
