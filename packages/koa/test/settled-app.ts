import type { HttpPolicy } from '@redstart/core/http'
import { setTimeout } from 'node:timers/promises'
import type Koa from 'koa'
import type { Middleware } from 'koa'
import { type PolicyUse, runPolicies, type RunOptions, usePolicy } from '../src/index.ts'
import { listen } from './koa-app.ts'
import type { KoaClass } from './koa-versions.ts'

type Settle = NonNullable<HttpPolicy<undefined>['settle']>

/** A policy that lets every handler have its turn, and settles as it is told. */
export function settling(settle: Settle): PolicyUse<Koa.Context> {
  return usePolicy<undefined, Koa.Context>({
    name: 'settling',
    decide: () => ({ type: 'next', state: undefined }),
    settle,
  })
}

/** Settles after some turns of the loop, with a header to see it by. */
export const late: PolicyUse<Koa.Context> = settling(async (exchange) => {
  await setTimeout(5)
  exchange.setHeader('x-settled', 'yes')
  return undefined
})

export interface SettledParts {
  readonly koa: KoaClass
  readonly uses: readonly PolicyUse<Koa.Context>[]
  readonly options?: RunOptions
  readonly before?: readonly Middleware[]
  readonly handler: Middleware
}

/** An app of one handler behind policies. */
export function appOf({ koa, uses, options, before = [], handler }: SettledParts): Koa {
  const app = new koa()
  app.silent = true
  for (const one of before) app.use(one)
  app.use(runPolicies(uses, options))
  app.use(handler)
  return app
}

/** Runs a test with an app that listens. */
export async function withApp(app: Koa, test: (port: number) => Promise<void>): Promise<void> {
  const { port, close } = await listen(app)
  try {
    await test(port)
  } finally {
    await close()
  }
}
