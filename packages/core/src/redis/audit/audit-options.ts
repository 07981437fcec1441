import { type Duration, milliseconds } from '../../duration.ts'
import { checkFunction, checkMembers, checkObject, invalidArgument } from '../../errors.ts'
import { membersOf } from '../../members.ts'
import { whole } from '../whole.ts'

/** How a trail of what happened to sessions is kept. */
export interface AuditStreamOptions {
  /** The stream. @default 'redstart:audit' */
  readonly key?: string
  /** How many entries it has, about; older ones leave. @default 1_000_000 */
  readonly maxLength?: number
  /** How long it stays after the last entry. @default '90d' */
  readonly ttl?: Duration
  /** How long Redis may take for a batch of entries; no request waits for it. @default '1s' */
  readonly deadline?: Duration
  /** How many events wait in this process while Redis does not answer; what is beyond these is dropped, and counted. @default 10_000 */
  readonly maxWaiting?: number
  /** How a user's id is written; undefined leaves it out. @default as it is */
  readonly userId?: (userId: string) => string | undefined
  /** Told of the first failure after a success; `close()` and the counts tell the rest. @default nobody */
  readonly onError?: (error: unknown) => void
}

export interface AuditStreamSettings {
  readonly key: string
  readonly maxLength: number
  readonly ttl: number
  readonly deadline: number
  readonly maxWaiting: number
  readonly userId: (userId: string) => string | undefined
  readonly onError: (error: unknown) => void
}

const KNOWN = membersOf<AuditStreamOptions>({
  ...{ key: true, maxLength: true, ttl: true, deadline: true, maxWaiting: true, userId: true, onError: true },
})

/** @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed or not known. */
export function auditSettings(options: AuditStreamOptions): AuditStreamSettings {
  checkObject('the options of auditStream', options)
  checkMembers('the options of auditStream', options, KNOWN)
  const { key = 'redstart:audit', userId = (id: string) => id, onError = () => undefined } = options
  if (typeof key !== 'string' || key === '') throw invalidArgument('auditStream: key', key, 'the name of a stream')
  checkFunction('auditStream: userId', userId)
  checkFunction('auditStream: onError', onError)
  return {
    ...{ key, userId, onError },
    maxLength: whole(options.maxLength ?? 1_000_000, 'auditStream: maxLength', 1, 1_000_000_000),
    ttl: milliseconds(options.ttl ?? '90d', 'auditStream: ttl', 1),
    deadline: milliseconds(options.deadline ?? '1s', 'auditStream: deadline', 1),
    maxWaiting: whole(options.maxWaiting ?? 10_000, 'auditStream: maxWaiting', 1, 1_000_000),
  }
}
