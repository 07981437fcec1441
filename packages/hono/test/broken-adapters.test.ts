import type { HttpPolicy } from '@redstart/core/http'
import { httpAdapterTests } from '@redstart/testing'
import type { Context, MiddlewareHandler } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import { runPolicies, usePolicy } from '../src/index.ts'
import { type ConformanceAppParts, policiesOf } from './hono-app.ts'
import { HONOS, nodeAdapter } from './node-adapter.ts'

type Policies = NonNullable<ConformanceAppParts['policies']>

/** Adapters that do one thing wrong, and the tests that catch each; ours passes them in the suite of its conformance. */
const BROKEN: Readonly<Record<string, { readonly policies: Policies; readonly by: readonly string[] }>> = {
  'the state is on an object that requests share': {
    policies: sharingState(),
    by: ['users with'],
  },
  'of two cookies one is lost': {
    policies: behind((response) => {
      const [first = ''] = response.headers.getSetCookie()
      response.headers.set('set-cookie', first)
      return response
    }),
    by: ['cookies of the handler and of policies leave side by side'],
  },
  'the last byte of a body is missing': {
    policies: behind(async (response) => {
      const body = new Uint8Array(await response.arrayBuffer())
      return new Response(body.subarray(0, -1), { headers: response.headers })
    }),
    by: ['a file leaves whole'],
  },
  'what a thrown error is answered with is not settled': {
    policies: (app, options) => {
      const policies = policiesOf(app, options)
      return async (c, next) => {
        await policies(c, next)
        if (c.error === undefined) return
        c.res = undefined
        c.res = new Response('Internal Server Error', { status: 500 })
      }
    },
    by: ['an error before the head is the framework to answer'],
  },
  'the head does not wait': {
    policies: withPolicies(({ settle, ...policy }) => ({
      ...policy,
      settle: (exchange, state, head) => {
        Promise.resolve(settle?.(exchange, state, head)).catch(() => {})
        return undefined
      },
    })),
    by: ['JSON leaves with what the policies gave', 'a redirect waits for'],
  },
}

// What Hono's server for Node.js says of answers that break.
vi.spyOn(console, 'error').mockImplementation(() => {})

describe('an adapter that is broken is caught', () => {
  it.each(Object.keys(BROKEN))('%s', async (what) => {
    const { policies, by } = BROKEN[what] ?? expect.unreachable()
    for (const name of by) await expect(run(name, policies), name).rejects.toThrow()
  })
})

async function run(name: string, policies: Policies): Promise<void> {
  const found = Object.values(httpAdapterTests)
    .flat()
    .filter((test) => test.name.includes(name))
  expect(found.length).toBeGreaterThan(0)
  for (const test of found) await test.run(nodeAdapter(HONOS.hono, policies))
}

function sharingState(): Policies {
  let last: unknown
  return ({ visitors, others }, options) => {
    const policies = runPolicies(
      [
        usePolicy(visitors, (_c: Context, visitor) => void (last = visitor)),
        ...others.map((policy) => usePolicy<undefined, Context>(policy)),
      ],
      options,
    )
    return async (c, next) =>
      await policies(c, async () => {
        c.set('visitor', last)
        await next()
      })
  }
}

function withPolicies(broken: <State>(policy: HttpPolicy<State>) => HttpPolicy<State>): Policies {
  return ({ visitors, others, ...app }, options) =>
    policiesOf({ ...app, visitors: broken(visitors), others: others.map((policy) => broken(policy)) }, options)
}

/** @param change what leaves in the place of what is to leave. */
function behind(change: (response: Response) => Response | Promise<Response>): Policies {
  return (app, options) => {
    const policies = policiesOf(app, options)
    const middleware: MiddlewareHandler = async (c, next) => {
      await policies(c, next)
      const changed = await change(c.res)
      c.res = undefined
      c.res = changed
    }
    return middleware
  }
}
