import { setTimeout } from 'node:timers/promises'
import type { Capture, HttpPolicy } from '@redstart/core/http'
import type { FastifyRequest } from 'fastify'
import { type PolicyUse, usePolicy } from '../src/index.ts'

type Settle = NonNullable<HttpPolicy<undefined>['settle']>

/** A policy that lets every handler have its turn, and settles as it is told. */
export function settling(settle: Settle): PolicyUse<FastifyRequest> {
  return usePolicy<undefined, FastifyRequest>({
    name: 'settling',
    decide: () => ({ type: 'next', state: undefined }),
    settle,
  })
}

/** Settles after some turns of the loop, with a header to see it by. */
export const late: PolicyUse<FastifyRequest> = settling(async (exchange) => {
  await setTimeout(5)
  exchange.setHeader('x-settled', 'yes')
  return undefined
})

/** Settles at once, with the same. */
export const atOnce: PolicyUse<FastifyRequest> = settling((exchange) => {
  exchange.setHeader('x-settled', 'yes')
  return undefined
})

/** A policy that decides as it is told, and has nothing to settle. */
export function deciding(decide: HttpPolicy<undefined>['decide']): PolicyUse<FastifyRequest> {
  return usePolicy<undefined, FastifyRequest>({ name: 'deciding', decide })
}

/** A capture and what it was told. */
export function recorder(): { readonly log: string[]; readonly capture: Capture } {
  const log: string[] = []
  return {
    log,
    capture: {
      write: (chunk) => void log.push(Buffer.from(chunk).toString()),
      finish: () => void log.push('finish'),
      abort: (reason) => void log.push(`abort: ${String(reason)}`),
    },
  }
}
