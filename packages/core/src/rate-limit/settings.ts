import { type Duration, milliseconds } from '../duration.ts'
import { checkMembers, checkObject, invalidArgument } from '../errors.ts'
import { membersOf } from '../members.ts'
import { wholeLimit } from './rate.ts'

/** How limits are kept. */
export interface LimitsOptions {
  /** How long the backend may take of one check. @default that of the instance */
  readonly deadline?: Duration
  /**
   * How long a denial is given again without asking, at most: what another process gives back, resets or unblocks meanwhile
   * is not seen. 0 to always ask.
   * @default '1s'
   */
  readonly denyCache?: Duration
  /** How long the answer to a check with an id is given again. @default '1m' */
  readonly remember?: Duration
  /**
   * By how many a limit is divided while the backend does not answer. @default those that said within half a minute that
   * they are alive
   */
  readonly instances?: number
  /** Tells the backend, when it answers again, what passed meanwhile. @default true */
  readonly report?: boolean
  /** Keys that this process counts while the backend does not answer; others share what is counted for all of these. @default 10_000 */
  readonly localKeys?: number
}

/** The options with their defaults, in ms. */
export interface LimitsSettings {
  readonly deadline: number
  readonly denyCache: number
  readonly remember: number
  readonly instances: number | undefined
  readonly report: boolean
  readonly localKeys: number
}

const MEMBERS = membersOf<LimitsOptions>({
  deadline: true,
  denyCache: true,
  remember: true,
  instances: true,
  report: true,
  localKeys: true,
})

/** @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed. */
export function resolveLimits(options: LimitsOptions, deadline: number): LimitsSettings {
  checkObject('limits', options)
  checkMembers('limits', options, MEMBERS)
  const { instances, report = true } = options
  if (typeof report !== 'boolean') throw invalidArgument('limits.report', report, 'true or false')
  return {
    deadline: options.deadline === undefined ? deadline : milliseconds(options.deadline, 'limits.deadline', 1),
    denyCache: milliseconds(options.denyCache ?? '1s', 'limits.denyCache'),
    remember: milliseconds(options.remember ?? '1m', 'limits.remember', 1),
    instances: instances === undefined ? undefined : wholeLimit(instances, 'limits.instances'),
    report,
    localKeys: wholeLimit(options.localKeys ?? 10_000, 'limits.localKeys'),
  }
}
