import type { PolicyUse } from '@redstart/core/http'
import { isStandIn } from '../shared-redstart.ts'

/**
 * A policy, made at once, so that what is wrong with it is told at the start; but not while the app is built with an instance
 * that has none of its options.
 *
 * @param from what it is made from.
 */
export function useOf<Context>(from: unknown, make: () => PolicyUse<Context>): PolicyUse<Context> {
  if (typeof from !== 'object' || from === null || !isStandIn(from)) return make()
  let made: PolicyUse<Context> | undefined
  return {
    decide(exchange, context) {
      made ??= make()
      return made.decide(exchange, context)
    },
  }
}
