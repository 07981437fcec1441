import type { HttpExchange, HttpPolicy } from '@redstart/core/http'
import { type HttpAdapter, httpAdapterTests, type HttpApp, type Visitor } from '@redstart/testing'
import type { Middleware, Next, ParameterizedContext } from 'koa'
import { describe, expect, it } from 'vitest'
import { runPolicies, usePolicy } from '../src/index.ts'
import { koaAdapter, type KoaAdapterParts, policiesOf } from './koa-app.ts'
import { loadKoa } from './koa-versions.ts'

const koa = loadKoa('koa')

/** Adapters that do one thing wrong, and tests that catch each; the right one passes them in the suite of its conformance. */
const BROKEN: Readonly<
  Record<string, { readonly parts: Omit<KoaAdapterParts, 'koa'>; readonly by: readonly string[] }>
> = {
  'the state is on an object that requests share': {
    parts: sharingState(),
    by: ['users with'],
  },
  'of two cookies one is lost': {
    parts: { policies: withExchanges((exchange) => ({ appendHeader: (...one) => exchange.setHeader(...one) })) },
    by: ['cookies of the handler and of policies leave side by side'],
  },
  'the last byte of a body is missing': {
    parts: { policies: inFront(dropLastByte) },
    by: ['a file leaves whole', 'a stream of 5 MiB arrives whole'],
  },
  'what a thrown error is answered with is not settled': {
    parts: { policies: inFront(answerErrorsUnheld) },
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
  'a capture is not shown the body': {
    parts: { policies: withPolicies(notShowing) },
    by: ['a stream of 5 MiB arrives whole and is captured whole'],
  },
  'a header that anybody may send is the address': {
    parts: {
      policies: withExchanges((exchange) => ({ address: exchange.header('x-forwarded-for') ?? exchange.address })),
    },
    by: ['policies are told of the request what the client sent'],
  },
  'what a policy failed with is told to the client': {
    parts: { policies: withPolicies(tellingFailures) },
    by: ['a policy that fails makes the answer a 500, with nothing of the handler'],
  },
}

describe('an adapter that is broken is caught', () => {
  it.each(Object.keys(BROKEN))('%s', async (what) => {
    const { parts, by } = BROKEN[what] ?? { parts: {}, by: [] }
    for (const name of by) await expect(run(koaAdapter({ koa, ...parts }), name), name).rejects.toThrow()
  })
})

async function run(adapter: HttpAdapter, name: string): Promise<void> {
  const found = Object.values(httpAdapterTests)
    .flat()
    .filter((test) => test.name.includes(name))
  expect(found.map((test) => test.name)).toHaveLength(1)
  for (const test of found) await test.run(adapter)
}

type AnyContext = ParameterizedContext<object, object>
type Policies = NonNullable<KoaAdapterParts['policies']>
type AnyPolicy = <State>(policy: HttpPolicy<State>) => HttpPolicy<State>

function sharingState(): Omit<KoaAdapterParts, 'koa'> {
  let last: Visitor | undefined
  return {
    policies: ({ visitors, others }) =>
      runPolicies([
        usePolicy(visitors, (_ctx, visitor) => void (last = visitor)),
        ...others.map((one) => usePolicy(one)),
      ]),
    visitorOf: () => last ?? expect.unreachable(),
  }
}

function withPolicies(broken: AnyPolicy): Policies {
  return ({ visitors, others, ...app }: HttpApp) =>
    policiesOf({ ...app, visitors: broken(visitors), others: others.map((policy) => broken(policy)) })
}

/** @param change says what an exchange has in the place of its own. */
function withExchanges(change: (exchange: HttpExchange) => Partial<HttpExchange>): Policies {
  const changed = (exchange: HttpExchange): HttpExchange =>
    new Proxy(exchange, {
      get: (target, name): unknown => {
        const own = Object.entries(change(target)).find(([one]) => one === name)
        const value: unknown = own === undefined ? Reflect.get(target, name, target) : own[1]
        // Its methods have private fields.
        return typeof value === 'function' && own === undefined ? Function.prototype.bind.call(value, target) : value
      },
    })
  return withPolicies(({ name, decide, settle }) => ({
    name,
    decide: (exchange) => decide(changed(exchange)),
    settle: (exchange, state, head) => settle?.(changed(exchange), state, head),
  }))
}

function inFront(middleware: Middleware<object, object>): Policies {
  return (app) => {
    const policies = policiesOf(app)
    return async (ctx, next) => void (await middleware(ctx, async () => void (await policies(ctx, next))))
  }
}

async function dropLastByte({ res }: AnyContext, next: Next): Promise<void> {
  const { write, end } = res
  let last: Uint8Array | undefined
  const hold = (given: readonly unknown[]): void => {
    const [chunk, encoding] = given
    if (chunk === undefined || chunk === null || typeof chunk === 'function') return
    const bytes =
      typeof chunk === 'string' ? Buffer.from(chunk, toEncoding(encoding)) : Buffer.from(chunk as Uint8Array)
    if (last !== undefined) Reflect.apply(write, res, [last])
    last = bytes
  }
  res.removeHeader('content-length')
  res.write = (...given: unknown[]) => {
    hold(given)
    const done: unknown = given.at(-1)
    if (typeof done === 'function') process.nextTick(() => void Reflect.apply(done, undefined, []))
    return true
  }
  res.end = (...given: unknown[]) => {
    hold(given)
    Reflect.apply(end, res, last === undefined ? [] : [last.subarray(0, -1)])
    return res
  }
  await next()
}

function toEncoding(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8'
}

async function answerErrorsUnheld(ctx: AnyContext, next: Next): Promise<void> {
  const { res } = ctx
  const { writeHead, end } = res
  try {
    await next()
  } catch {
    ctx.respond = false
    Reflect.apply(writeHead, res, [500])
    Reflect.apply(end, res, [])
  }
}

function notWaitingFor<State>({ name, decide, settle }: HttpPolicy<State>): HttpPolicy<State> {
  return {
    name,
    decide,
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

function notShowing<State>({ name, decide, settle }: HttpPolicy<State>): HttpPolicy<State> {
  return {
    name,
    decide,
    settle: async (exchange, state, head) => {
      const settled = await settle?.(exchange, state, head)
      if (settled?.type !== 'capture') return settled
      const { capture } = settled
      return {
        type: 'capture',
        capture: { write: () => {}, finish: () => capture.finish(), abort: (reason) => capture.abort(reason) },
      }
    },
  }
}

function tellingFailures<State>({ name, decide, settle }: HttpPolicy<State>): HttpPolicy<State> {
  return {
    name,
    decide,
    settle: async (exchange, state, head) => {
      try {
        return await settle?.(exchange, state, head)
      } catch (error) {
        return { type: 'replace', reply: { status: 500, headers: [], body: String(error) } }
      }
    },
  }
}
