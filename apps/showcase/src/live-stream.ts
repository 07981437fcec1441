import type { Request, Response } from 'express'

/** Pages that may watch at the same time. */
const MOST_WATCHERS = 16

/** Sends one state to everybody who watches, as server-sent events. */
export interface LiveStream {
  /** Answers a page that wants to watch. */
  watch(request: Request, response: Response): void
  readonly watchers: () => number
  /** Sends the state of now. */
  send(): void
}

/** @param current the state of now; a page that has just come is sent it at once. */
export function createLiveStream(current: () => unknown): LiveStream {
  const watchers = new Set<Response>()
  return {
    watch(request, response) {
      if (watchers.size >= MOST_WATCHERS) {
        response.status(503).type('text/plain').send(`${MOST_WATCHERS} pages watch already; close one of them.`)
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.write(asEvent(current()))
      watchers.add(response)
      request.on('close', () => watchers.delete(response))
    },
    watchers: () => watchers.size,
    send() {
      if (watchers.size === 0) return
      const event = asEvent(current())
      for (const response of watchers) {
        // One that does not read gets the next state, not all of them.
        if (!response.writableNeedDrain) response.write(event)
      }
    },
  }
}

function asEvent(state: unknown): string {
  return `data: ${JSON.stringify(state)}\n\n`
}
