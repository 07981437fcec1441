import type { HttpPolicy } from '@redstart/core/http'
import { httpAdapterTests, type Visitor } from '@redstart/testing'
import type { RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { runPolicies, usePolicy } from '../src/index.ts'
import { expressAdapter, type ExpressAdapterParts, loadExpress, policiesOf } from './express-app.ts'

type Policies = NonNullable<ExpressAdapterParts['policies']>
type AnyPolicy = <State>(policy: HttpPolicy<State>) => HttpPolicy<State>

/** Adapters that do one thing wrong, and tests that catch each; ours passes them in the suite of its conformance. */
const BROKEN: Readonly<Record<string, { readonly parts: ExpressAdapterParts; readonly by: readonly string[] }>> = {
  'the state is on an object that requests share': {
    parts: sharingState(),
    by: ['users with'],
  },
  'of two cookies one is lost': {
    parts: { policies: inFront(keepLastCookie) },
    by: ['cookies of the handler and of policies leave side by side'],
  },
  'the last byte of a body is missing': {
    parts: { policies: inFront(dropLastByte) },
    by: ['a file leaves whole', 'a stream of 5 MiB arrives whole'],
  },
  'what a thrown error is answered with is not settled': {
    parts: { policies: withPolicies(notSettlingErrors) },
    by: ['an error before the head is the framework to answer'],
  },
  'the head does not wait': {
    parts: { policies: withPolicies(notWaitingFor) },
    by: ['JSON leaves with what the policies gave', 'a redirect waits for'],
  },
  'the handler has its turn although a policy replied': {
    parts: { policies: withPolicies(neverReplying) },
    by: ['a policy that replies keeps the handler out'],
  },
}

const express = await loadExpress('express')

describe('an adapter that is broken is caught', () => {
  it.each(Object.keys(BROKEN))('%s', async (what) => {
    const { parts, by } = BROKEN[what] ?? expect.unreachable()
    for (const name of by) await expect(run(parts, name), name).rejects.toThrow()
  })
})

it('one that stands in the same place and does nothing passes the same tests', async () => {
  const parts = { policies: inFront((_request, _response, next) => next()) }
  for (const name of Object.values(BROKEN).flatMap(({ by }) => by)) await run(parts, name)
})

async function run(parts: ExpressAdapterParts, name: string): Promise<void> {
  const found = Object.values(httpAdapterTests)
    .flat()
    .filter((test) => test.name.includes(name))
  expect(found.map((test) => test.name)).toHaveLength(1)
  for (const test of found) await test.run(expressAdapter(express, 'none', parts))
}

function sharingState(): ExpressAdapterParts {
  let last: Visitor | undefined
  return {
    policies: ({ visitors, others }) =>
      runPolicies([
        usePolicy(visitors, (_request, visitor) => void (last = visitor)),
        ...others.map((policy) => usePolicy(policy)),
      ]),
    visitorOf: () => last ?? expect.unreachable(),
  }
}

function withPolicies(broken: AnyPolicy): Policies {
  return ({ visitors, others, ...app }) =>
    policiesOf({ ...app, visitors: broken(visitors), others: others.map((policy) => broken(policy)) })
}

function inFront(middleware: RequestHandler): Policies {
  return (app) => {
    const policies = policiesOf(app)
    return (request, response, next) =>
      void middleware(request, response, (error?: unknown) =>
        error === undefined ? void policies(request, response, next) : next(error),
      )
  }
}

function keepLastCookie(...[, response, next]: Parameters<RequestHandler>): void {
  const { writeHead } = response
  response.writeHead = (...given: unknown[]) => {
    const cookies = response.getHeader('set-cookie')
    if (Array.isArray(cookies)) response.setHeader('set-cookie', cookies.slice(-1))
    Reflect.apply(writeHead, response, given)
    return response
  }
  next()
}

/** Holds each piece back until the next one comes. */
function dropLastByte(...[, response, next]: Parameters<RequestHandler>): void {
  const { write, end, removeHeader, writeHead } = response
  let last: Buffer | undefined
  const hold = ([chunk, encoding]: readonly unknown[]): void => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return
    const known = typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8'
    if (last !== undefined) Reflect.apply(write, response, [last])
    last = typeof chunk === 'string' ? Buffer.from(chunk, known) : Buffer.from(chunk)
  }
  response.writeHead = (...given: unknown[]) => {
    Reflect.apply(removeHeader, response, ['content-length'])
    Reflect.apply(writeHead, response, given)
    return response
  }
  response.write = (...given: unknown[]) => {
    hold(given)
    const done: unknown = given.at(-1)
    if (typeof done === 'function') process.nextTick(() => void Reflect.apply(done, undefined, []))
    return true
  }
  response.end = (...given: unknown[]) => {
    hold(given)
    Reflect.apply(end, response, last === undefined ? [] : [last.subarray(0, -1)])
    return response
  }
  next()
}

function notSettlingErrors<State>({ settle, ...policy }: HttpPolicy<State>): HttpPolicy<State> {
  return {
    ...policy,
    settle: (exchange, state, head) => (head.status < 500 ? settle?.(exchange, state, head) : undefined),
  }
}

function notWaitingFor<State>({ settle, ...policy }: HttpPolicy<State>): HttpPolicy<State> {
  return {
    ...policy,
    settle: (exchange, state, head) => {
      void Promise.resolve(settle?.(exchange, state, head)).catch(() => {})
      return undefined
    },
  }
}

function neverReplying<State>({ decide, ...policy }: HttpPolicy<State>): HttpPolicy<State> {
  return {
    ...policy,
    decide: async (exchange) => {
      const decision = await decide(exchange)
      // No state at all, as where nobody looked at what the policy had decided.
      return decision.type === 'reply' ? { type: 'next', state: undefined as State } : decision
    },
  }
}
