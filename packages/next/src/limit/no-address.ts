import { RedstartError } from '@redstart/core'
import { isPromise, type PolicyUse } from '@redstart/core/http'
import { arrivalHere, arrivalsOfProcess } from '../client-address/arrivals.ts'
import { isStandIn } from '../shared-redstart.ts'

/**
 * A policy of limits, made at once, so that what is wrong with it is told at the start; but not while the app is built with
 * an instance that has none of its options.
 *
 * @param from what it is made from.
 */
export function limitUse<Context>(from: unknown, make: () => PolicyUse<Context>): PolicyUse<Context> {
  const isLate = typeof from === 'object' && from !== null && isStandIn(from)
  let made = isLate ? undefined : make()
  return {
    decide(exchange, context) {
      made ??= make()
      try {
        const decided = made.decide(exchange, context)
        return isPromise(decided) ? decided.catch(explain) : decided
      } catch (error) {
        return explain(error)
      }
    },
  }
}

/** Says of an address that nobody tells what to do about it. */
function explain(error: unknown): never {
  if (!RedstartError.is(error) || error.code !== 'NO_CLIENT_ADDRESS' || arrivalHere()?.peer !== undefined) throw error
  const why =
    arrivalsOfProcess() === undefined
      ? 'which Next.js does not tell: call registerClientAddress() of @redstart/next/http in register() of instrumentation.ts'
      : 'which is not known of this one: it came before register() of instrumentation.ts called registerClientAddress(), or by no connection of this process'
  throw new RedstartError('NO_CLIENT_ADDRESS', `requests are limited by the client's address, ${why}`, { cause: error })
}
