import type { HttpPolicy } from '@redstart/core/http'
import type { HttpAnswer, HttpApp, Visitor } from '@redstart/testing'
import type { Context, Env, Hono, MiddlewareHandler } from 'hono'
import { runPolicies, type RunOptions, usePolicy } from '../src/index.ts'

/** What handlers are given; the type that Hono has by default has any in it. */
export type OwnContext = Context<Env, string>

export interface ConformanceAppParts {
  /** A new one, of the version that is tested. */
  readonly hono: Hono
  readonly app: HttpApp
  readonly options: RunOptions
  /** The middleware of the policies; another one that is broken in the place of ours. */
  readonly policies?: (app: HttpApp, options: RunOptions) => MiddlewareHandler
  /** Sends a file as people of the runtime do. */
  readonly sendFile: (c: OwnContext, path: string) => Promise<Response>
}

/** The app of the suite as people of Hono would write it. */
export function conformanceApp({ hono, app, options, policies = policiesOf, sendFile }: ConformanceAppParts): Hono {
  hono.use('*', policies(app, options))
  for (const route of app.routes) {
    const handler = async (c: OwnContext): Promise<Response> => {
      const body = route.method === 'POST' ? await c.req.text() : ''
      return await give(c, await route.handle(visitorOf(c), body, (name) => c.req.header(name)), sendFile)
    }
    if (route.method === 'GET') hono.get(route.path, handler)
    else hono.post(route.path, handler)
  }
  hono.onError((_error, c) => c.text('Internal Server Error', 500))
  return hono
}

/** Ours. */
export function policiesOf({ visitors, others }: HttpApp, options: RunOptions): MiddlewareHandler {
  const uses = [
    usePolicy(visitors, (c: Context, visitor) => c.set('visitor', visitor)),
    ...others.map((policy: HttpPolicy<undefined>) => usePolicy<undefined, Context>(policy)),
  ]
  return runPolicies(uses, { onError: () => {}, ...options })
}

function visitorOf(c: Context): Visitor {
  const visitor: unknown = c.get('visitor')
  if (typeof visitor !== 'object' || visitor === null) throw new Error('The middleware did not run')
  // What the policy's state is.
  return visitor as Visitor
}

/** Answers in the words of Hono. */
export async function give(
  c: OwnContext,
  answer: HttpAnswer,
  sendFile: ConformanceAppParts['sendFile'] = async () => c.notFound(),
): Promise<Response> {
  for (const [name, value] of answer.headers ?? []) c.header(name, value, { append: true })
  switch (answer.kind) {
    case 'json':
      // What is sent is JSON.
      return c.json(answer.value as null)
    case 'redirect':
      return c.redirect(answer.to)
    case 'empty':
      return c.body(null, answer.status)
    case 'file':
      return await sendFile(c, answer.path)
    case 'stream':
      c.header('content-type', answer.type)
      return c.body(streamOf(answer.body))
    case 'torn':
      c.header('content-type', answer.type)
      return c.body(streamOf(torn(answer.first, answer.error)))
  }
}

/** Asked for a piece when there is room for it, and told when nobody wants one any more. */
function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}

async function* torn(first: Uint8Array, error: Error): AsyncGenerator<Uint8Array> {
  yield first
  throw error
}
