import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Redstart } from '@redstart/core'
import { cacheResponses } from '@redstart/core/http'
import { NodeExchange, type PolicyUse, runPolicies, usePolicy } from '@redstart/core/node-http'
import { answerInto } from '../origin/answer.ts'
import { bystander } from './bystander.ts'
import type { Layer, Mounted } from './mount.ts'
import { PROFILES } from './profiles.ts'

/** A server without a framework. */
export function mountNode(layer: Layer, redstart: Redstart): Mounted {
  const uses = inFront(layer, redstart)
  return { listener: uses.length === 0 ? answerInto : behind(uses) }
}

function inFront(layer: Layer, redstart: Redstart): PolicyUse<IncomingMessage>[] {
  if (layer === 'nothing') return []
  return [layer === 'bystander' ? usePolicy(bystander) : cacheResponses(redstart, PROFILES[layer])]
}

function behind(uses: readonly PolicyUse<IncomingMessage>[]): RequestListener {
  return (request, response) => {
    const exchange = new PlainExchange(request, response)
    const failed = (error: unknown): void => {
      console.error(error)
      response.destroy()
    }
    const run = async (): Promise<void> => {
      const ran = await runPolicies({ uses, context: request, exchange, response, heldBytes: 1_000_000, failed })
      if (ran !== 'replied') ran(() => answerInto(request, response))
    }
    run().catch(failed)
  }
}

/** A request that came over no proxy. */
class PlainExchange extends NodeExchange {
  readonly secure = false
  readonly #request: IncomingMessage

  constructor(request: IncomingMessage, response: ServerResponse) {
    super(request, response)
    this.#request = request
  }

  get target(): string {
    return this.#request.url ?? '/'
  }

  get host(): string | undefined {
    return this.#request.headers.host
  }

  get address(): string | undefined {
    return this.peer
  }
}
