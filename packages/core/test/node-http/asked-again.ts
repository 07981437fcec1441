import type { AnswerAgain } from '../../src/http/index.ts'
import { type Handle, type PlainExchange, serve } from './served.ts'

/** Asks once more for the first request, and gives what comes of it to another handler. */
export async function again(
  handle: Handle,
  first: Handle = (_, response) => response.end(),
): Promise<{ port: number; ended: Promise<void> }> {
  let end: (ended: Promise<void>) => void = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const own = new WeakSet()
  const port = await serve(async (request, response, exchange) => {
    if (own.has(exchange.request)) return await handle(request, response, exchange)
    end(askOf(exchange)((second) => void own.add(second)))
    await first(request, response, exchange)
  })
  return { port, ended }
}

export function askOf(exchange: PlainExchange): AnswerAgain {
  if (exchange.again === undefined) throw new Error('Nobody can be asked')
  return exchange.again
}
