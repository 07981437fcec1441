import { Buffer } from 'node:buffer'
import type { Reply } from '@redstart/core/http'
import { isPromise, type PoliciesRun, type PolicyUse, runPolicies as runOnNode } from '@redstart/core/node-http'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { FastifyExchange } from './exchange.ts'

export interface RunOptions {
  /**
   * Bytes that a handler may write while its head is held, beyond the first piece, before its answer becomes a 500. Only
   * one that writes to `reply.raw` itself, and does not mind what `write` returns, comes near it.
   *
   * @default 16 MiB
   */
  readonly heldBytes?: number
  /**
   * Told what a policy failed with after the handler, when no error handler of Fastify can answer any more.
   *
   * @default request.log.error
   */
  readonly onError?: (error: unknown, request: FastifyRequest) => void
}

export interface RunPoliciesOptions extends RunOptions {
  readonly uses: readonly PolicyUse<FastifyRequest>[]
}

/**
 * A plugin that runs policies around all that its scope answers, errors and what was not found included: they decide in
 * their order, before all hooks that come later, and settle in the opposite one, before the head leaves. While one of them
 * takes its time to settle, what was sent is held; where none has anything to settle the response is left as it is.
 *
 * ```ts
 * await app.register(runPolicies, { uses: [usePolicy(visits, (request, state) => void visitsOf.set(request, state))] })
 * ```
 */
export const runPolicies: FastifyPluginAsync<RunPoliciesOptions> = fastifyPlugin(
  async (fastify: FastifyInstance, { uses, ...options }: RunPoliciesOptions): Promise<void> => {
    fastify.addHook(
      'onRequest',
      policiesHook(() => uses, options),
    )
  },
  { fastify: '5.x', name: '@redstart/fastify/policies' },
)

/** @param usesFor what runs for a request; nothing at all where it gives undefined. */
export function policiesHook(
  usesFor: (request: FastifyRequest) => readonly PolicyUse<FastifyRequest>[] | undefined,
  options: RunOptions,
): onRequestHookHandler {
  const { heldBytes = 16 * 1024 * 1024, onError = logError } = options
  return function redstart(request, reply, done) {
    const uses = usesFor(request)
    if (uses === undefined) return done()
    const goOn = (run: PoliciesRun): void => {
      if (run !== 'replied') run(done)
    }
    const giveUp = (error: unknown): void => done(asError(error))
    let run: PoliciesRun | Promise<PoliciesRun>
    try {
      run = runOnNode({
        uses,
        context: request,
        exchange: new FastifyExchange(request, reply),
        response: reply.raw,
        heldBytes,
        failed: (error) => onError(error, request),
        send: (instead) => send(reply, instead),
      })
    } catch (error) {
      return giveUp(error)
    }
    if (isPromise(run)) run.then(goOn, giveUp)
    else goOn(run)
  }
}

export function logError(error: unknown, request: FastifyRequest): void {
  request.log.error(error)
}

/** As a handler would, so that the hooks of others see it: what they add is for such an answer as well. */
function send(reply: FastifyReply, instead: Reply): void {
  reply.code(instead.status)
  if (instead.complete === true) for (const [name, value] of instead.headers) reply.header(name, value)
  else giveHeaders(reply, instead)
  const { body } = instead
  // Of a text, Fastify would change the type.
  reply.send(typeof body === 'string' ? Buffer.from(body) : body)
}

function giveHeaders(reply: FastifyReply, { headers }: Reply): void {
  for (const name of new Set(headers.map(([one]) => one.toLowerCase()))) {
    const values = headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)
    reply.header(name, values.length === 1 ? values[0] : values)
  }
}

/** Fastify takes nothing at all for no error. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('A policy failed', { cause: error })
}
