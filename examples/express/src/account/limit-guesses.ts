import { rateLimit, rateLimitOf } from '@redstart/express'
import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import { accountKey } from '../limits/account-key.ts'
import type { RestaurantRedstart } from '../limits/policies.ts'

const named = z.object({ login: z.string() })

/** What stands in front of each look at a password: who has been wrong too often is answered before there is one. */
export interface LimitedGuesses {
  /** By the account that was typed, and by the address. */
  readonly ofAccounts: RequestHandler
  /** By who is signed in: a cookie may be stolen, and the password is what the thief has not. */
  readonly ofOneself: RequestHandler
  /** Gives back what the right password took: only wrong ones count. */
  wereRight(request: Request): Promise<void>
}

/** The address is Express's, `request.ip`: behind a proxy say so with `trust proxy`. */
export function limitGuesses(redstart: RestaurantRedstart): LimitedGuesses {
  return {
    ofAccounts: rateLimit(redstart, {
      clientAddress: 'framework',
      rules: [
        { policies: 'guesses', key: ({ body }) => accountKey(named.safeParse(body).data?.login) },
        { policies: 'guessers' },
      ],
    }),
    ofOneself: rateLimit(redstart, {
      policies: 'guesses',
      key: ({ session }) => session.userId && `person:${session.userId}`,
    }),
    async wereRight(request) {
      const decision = rateLimitOf(request)
      if (decision !== undefined) await redstart.limiter.refund(decision)
    },
  }
}
