import { RedstartError } from '@redstart/core'
import { isPromise, type PolicyUse } from '@redstart/core/http'
import { arrivalHere, arrivalsOfProcess } from '../client-address/arrivals.ts'
import { useOf } from '../route/late-use.ts'

/** A policy of limits that says what to do where the address is needed of a client, and nobody tells it. */
export function limitUse<Context>(from: unknown, make: () => PolicyUse<Context>): PolicyUse<Context> {
  const use = useOf(from, make)
  return {
    decide(exchange, context) {
      try {
        const decided = use.decide(exchange, context)
        return isPromise(decided) ? decided.catch(explain) : decided
      } catch (error) {
        return explain(error)
      }
    },
  }
}

function explain(error: unknown): never {
  if (!RedstartError.is(error) || error.code !== 'NO_CLIENT_ADDRESS' || arrivalHere()?.peer !== undefined) throw error
  const why =
    arrivalsOfProcess() === undefined
      ? 'which Next.js does not tell: call registerClientAddress() of @redstart/next/http in register() of instrumentation.ts'
      : 'which is not known of this one: it came before register() of instrumentation.ts called registerClientAddress(), or by no connection of this process'
  throw new RedstartError('NO_CLIENT_ADDRESS', `requests are limited by the client's address, ${why}`, { cause: error })
}
