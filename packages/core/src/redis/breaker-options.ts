import { milliseconds } from '../duration.ts'
import { checkMembers, checkObject } from '../errors.ts'
import { membersOf } from '../members.ts'
import type { RedisBreakerOptions } from './options.ts'
import { whole } from './whole.ts'

/** The option `breaker`, checked and with its defaults. */
export interface BreakerSettings {
  readonly failures: number
  readonly openFor: number
  readonly longest: number
}

/** @throws RedstartError `INVALID_ARGUMENT` for what is not allowed, and for members that nobody knows. */
export function breakerOf(options: RedisBreakerOptions | undefined, of: string): BreakerSettings {
  if (options !== undefined) {
    checkObject(`${of}: breaker`, options)
    checkMembers(`${of}: breaker`, options, MEMBERS)
  }
  const { failures = 5, openFor = '1s', longest = '30s' } = options ?? {}
  return {
    failures: whole(failures, `${of}: breaker.failures`, 1, 1_000_000),
    openFor: milliseconds(openFor, `${of}: breaker.openFor`, 1),
    longest: milliseconds(longest, `${of}: breaker.longest`, 1),
  }
}

const MEMBERS = membersOf<RedisBreakerOptions>({ failures: true, openFor: true, longest: true })
