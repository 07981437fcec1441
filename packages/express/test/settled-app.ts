import type { HttpPolicy } from '@redstart/core/http'
import express, { type Express, type Request, type RequestHandler } from 'express'
import { type PolicyUse, runPolicies, type RunOptions, usePolicy } from '../src/index.ts'
import { listen } from './express-app.ts'

type Settle = NonNullable<HttpPolicy<undefined>['settle']>

/** A policy that lets every handler have its turn, and settles as it is told. */
export function settling(settle: Settle): PolicyUse<Request> {
  return usePolicy({ name: 'settling', decide: () => ({ type: 'next', state: undefined }), settle })
}

/** Settles after some turns of the loop, with a header to see it by. */
export const late: PolicyUse<Request> = settling(async (exchange) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  exchange.setHeader('x-settled', 'yes')
  return undefined
})

/** An app of one handler behind policies. */
export function appOf(uses: readonly PolicyUse<Request>[], handler: RequestHandler, options: RunOptions = {}): Express {
  const app = express()
  app.set('env', 'test')
  app.use(runPolicies(uses, options), handler)
  return app
}

/** Runs a test with an app that listens. */
export async function withApp(app: Express, test: (port: number) => Promise<void>): Promise<void> {
  const { port, close } = await listen(app)
  try {
    await test(port)
  } finally {
    await close()
  }
}
