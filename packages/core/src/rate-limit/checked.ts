import { checkMembers, checkObject, invalidArgument } from '../errors.ts'
import { membersOf } from '../members.ts'
import type { CheckItem, CheckOptions, LimitKey } from './limiter.ts'
import { LARGEST_LIMIT } from './rate.ts'

type Checked = Partial<CheckOptions> & { readonly signal?: unknown }

const MEMBERS = membersOf<CheckOptions>({ key: true, cost: true, partial: true, id: true, policies: true })
const ITEM = membersOf<CheckItem<string>>({ policy: true, key: true, cost: true })

/** Looks at the options of a check, and returns them as they are. */
export function checkedOptions(options: Checked | undefined): Checked {
  if (options === undefined) return NONE
  checkObject('the options of a check', options)
  checkMembers('the options of a check', options, MEMBERS)
  const { partial, id } = options
  if (partial !== undefined && typeof partial !== 'boolean') throw invalidArgument('partial', partial, 'true or false')
  if (id !== undefined && (typeof id !== 'string' || id === '' || id.length > LONGEST_ID))
    throw invalidArgument('id', id, `a string of 1 to ${LONGEST_ID} characters`)
  return options
}

/** Looks at one limit of a check. */
export function checkedItem(item: CheckItem<string>): CheckItem<string> {
  checkObject('an item of a check', item)
  checkMembers('an item of a check', item, ITEM)
  return item
}

/**
 * A key as text. Any text will do, since keys are often what clients send; but not none, which would be one for all.
 *
 * @throws RedstartError `INVALID_ARGUMENT`.
 */
export function keyOf(key: LimitKey | undefined): string {
  if (typeof key === 'string' && key !== '') return key
  if (typeof key === 'bigint' || (typeof key === 'number' && Number.isFinite(key))) return String(key)
  throw invalidArgument('key', key, 'who is limited: a string that is not empty, or a number')
}

/** @throws RedstartError `INVALID_ARGUMENT` for a cost that is no whole number of at least 0. */
export function costOf(cost: number | undefined): number {
  if (cost === undefined) return 1
  if (Number.isInteger(cost) && cost >= 0 && cost <= LARGEST_LIMIT) return cost
  throw invalidArgument('cost', cost, `a whole number of 0 to ${LARGEST_LIMIT}`)
}

const NONE: Checked = Object.freeze({})
const LONGEST_ID = 512
