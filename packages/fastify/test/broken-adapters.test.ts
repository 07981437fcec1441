import { ServerResponse } from 'node:http'
import type { HttpExchange, HttpPolicy } from '@redstart/core/http'
import { type HttpAdapter, httpAdapterTests, type HttpApp, type Visitor } from '@redstart/testing'
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { runPolicies, usePolicy } from '../src/index.ts'
import { addRoutes, listen, policiesOf, visitorOf, withFiles } from './fastify-app.ts'

interface Broken {
  /** The way to put policies in front of an app, in place of the plugin alone. */
  readonly register: (app: FastifyInstance, description: HttpApp) => Promise<void>
  readonly visitorFor?: (request: FastifyRequest) => Visitor
  /** The tests that catch it. */
  readonly by: readonly string[]
}

/** Adapters that do one thing wrong; the right one passes all of the suite in the suite of its conformance. */
const BROKEN: Readonly<Record<string, Broken>> = {
  'the state is on the object of the route': {
    register: async (app, { visitors, others }) => {
      const onRoute = usePolicy(visitors, ({ routeOptions }: FastifyRequest, visitor) => {
        Object.assign(routeOptions.config, { visitor })
      })
      const uses = [onRoute, ...others.map((policy) => usePolicy<undefined, FastifyRequest>(policy))]
      await app.register(runPolicies, { uses, onError: () => {} })
    },
    // What was put there.
    visitorFor: ({ routeOptions }) => Reflect.get(routeOptions.config, 'visitor') as Visitor,
    by: ['users with'],
  },
  'of two cookies one is lost': {
    register: async (app, { visitors, others, routes }) => {
      const losing: HttpPolicy<Visitor> = {
        ...visitors,
        settle: (exchange, state, head) => {
          const appendHeader: HttpExchange['appendHeader'] = (...given) => exchange.setHeader(...given)
          const losingOnes = new Proxy(exchange, {
            get: (target, one): unknown => (one === 'appendHeader' ? appendHeader : Reflect.get(target, one, target)),
          })
          return visitors.settle?.(losingOnes, state, head)
        },
      }
      await app.register(runPolicies, policiesOf({ visitors: losing, others, routes }))
    },
    by: ['cookies of the handler and of policies leave side by side'],
  },
  'the last byte of a body is missing': {
    register: async (app, description) => {
      await app.register(runPolicies, policiesOf(description))
      app.addHook('onSend', async (_request, _reply, payload) =>
        typeof payload === 'string' ? payload.slice(0, -1) : payload,
      )
    },
    by: ['JSON leaves with what the policies gave', 'a client that waits for 100 Continue'],
  },
  'what a thrown error is answered with is not settled': {
    register: async (app, description) => {
      await app.register(runPolicies, policiesOf(description))
      app.setErrorHandler((_error, _request, reply) => {
        reply.hijack()
        Reflect.apply(ServerResponse.prototype.writeHead, reply.raw, [500])
        Reflect.apply(ServerResponse.prototype.end, reply.raw, [])
      })
    },
    by: ['an error before the head is the framework to answer'],
  },
  'policies run around routes alone': {
    register: async (app, description) => {
      await app.register(async (inner) => {
        await inner.register(runPolicies, policiesOf(description))
        addRoutes(inner, description.routes)
      })
    },
    by: ['what no route answers is settled as well'],
  },
}

describe('an adapter that is broken is caught', () => {
  it.each(Object.keys(BROKEN))('%s', async (what) => {
    const { by, ...broken } = BROKEN[what] ?? expect.unreachable()
    for (const name of by) await expect(run(adapterOf(broken), name), name).rejects.toThrow()
  })
})

function adapterOf({ register, visitorFor = visitorOf }: Omit<Broken, 'by'>): HttpAdapter {
  return {
    settlesErrors: true,
    start: async (description) => {
      const app = fastify()
      await withFiles(app)
      await register(app, description)
      if (!app.hasRoute({ method: 'GET', url: '/json' })) addRoutes(app, description.routes, visitorFor)
      return await listen(app)
    },
  }
}

async function run(adapter: HttpAdapter, name: string): Promise<void> {
  const found = Object.values(httpAdapterTests)
    .flat()
    .filter((test) => test.name.includes(name))
  expect(found).toHaveLength(1)
  for (const test of found) await test.run(adapter)
}
