import { checkFunction, checkMembers, checkObject, invalidArgument, RedstartError } from '../errors.ts'
import { membersOf } from '../members.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import {
  type Asked,
  askedOf,
  type InvalidationOptions,
  type InvalidationTarget,
  type Invalidator,
  MOST_NAMES,
  type Reached,
} from './targets.ts'

/**
 * Notes an invalidation for after the commit. Checks it at once, so that a mistake ends the transaction.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what `invalidate` would refuse, or once the transaction has ended.
 */
export type NoteInvalidation = (target: InvalidationTarget, options?: NotedOptions) => void

/** As of `invalidate`. Whether it reached the backend cannot be insisted on: the transaction has been committed. */
export type NotedOptions = Omit<InvalidationOptions, 'require'>

/** What else is wanted of a transaction's invalidations. */
export interface AfterCommitOptions {
  /**
   * Told where the invalidations have got to, before the promise resolves; not at all where none was noted. What it throws
   * or rejects with is told as an event.
   */
  readonly onReached?: (reached: Reached) => void
}

const KNOWN = membersOf<AfterCommitOptions>({ onReached: true })

export interface AfterCommitParts {
  readonly invalidator: Invalidator
  readonly telemetry: Telemetry
}

/** See `Redstart.invalidateAfterCommit`. */
export async function afterCommit<T>(
  { invalidator, telemetry }: AfterCommitParts,
  work: (invalidate: NoteInvalidation) => T | Promise<T>,
  options: AfterCommitOptions = {},
): Promise<T> {
  checkFunction('the transaction of invalidateAfterCommit', work)
  checkObject('the options of invalidateAfterCommit', options)
  checkMembers('the options of invalidateAfterCommit', options, KNOWN)
  if (options.onReached !== undefined) checkFunction('onReached', options.onReached)
  const noted: Asked[] = []
  let ended = false
  const note: NoteInvalidation = (target, how = {}) => {
    if (ended)
      throw new RedstartError(
        'INVALID_ARGUMENT',
        'the transaction has ended, so that nobody would send this invalidation; await what calls it, or call invalidate() of the instance',
      )
    checkObject('the options of invalidate', how)
    if ('require' in how) throw invalidArgument('require', how.require, 'nothing here: the commit is over by then')
    noted.push(askedOf(target, how))
  }
  let result: T
  try {
    result = await work(note)
  } finally {
    ended = true
  }
  if (noted.length === 0) return result
  // The transaction is committed; nothing that fails now may look as if it were not.
  const reached = await Promise.all(
    joined(noted).map((asked) =>
      invalidator.make(asked).catch((error: unknown): Reached => {
        telemetry.emit({ type: 'store.error', operation: 'invalidate', code: codeOf(error), error })
        return { reached: 'here' }
      }),
    ),
  )
  if (options.onReached !== undefined)
    telemetry.tell(options.onReached, reached.find((each) => each.reached === 'here') ?? ALL)
  return result
}

const ALL: Reached = { reached: 'all' }

function codeOf(error: unknown): string {
  return RedstartError.is(error) ? error.code : 'STORE_FAILED'
}

/** As few invalidations as there are ways to make them. */
function joined(noted: readonly Asked[]): Asked[] {
  const groups: Asked[] = []
  for (const asked of noted) {
    const at = groups.findIndex(
      ({ strategy, settle, names }) =>
        strategy === asked.strategy && settle === asked.settle && names.length + asked.names.length <= MOST_NAMES,
    )
    const group = groups[at]
    if (group === undefined) groups.push(asked)
    else {
      const names = [...new Set([...group.names, ...asked.names])]
      groups[at] = { ...group, names, unlink: [...group.unlink, ...asked.unlink] }
    }
  }
  return groups
}
