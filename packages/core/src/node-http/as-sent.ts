import type { ServerResponse } from 'node:http'

/**
 * Has a response of HTTP/1 behave as though its head had left: `headersSent` says so, headers that come now are refused
 * with the words of Node.js, and middleware that looks for the head in `_header` takes it for written. That is where
 * Node.js itself looks, and what express and others have read for ten years.
 *
 * @returns false for a response that keeps its head elsewhere, as that of HTTP/2 does.
 */
export function beginAsSent(response: ServerResponse): boolean {
  if (!hasHead(response)) return false
  response[HEAD] = NO_HEAD
  return true
}

/** Has it behave as though all had been written. */
export function endAsSent(response: ServerResponse): void {
  if (isAsSent(response)) response.finished = true
}

/** Has it be again what it is. */
export function stopAsSent(response: ServerResponse): void {
  if (!isAsSent(response)) return
  response[HEAD] = null
  response.finished = false
}

/** Changes headers of a response which behaves as though they had left. */
export function changeHeaders(response: ServerResponse, change: () => void): void {
  if (!isAsSent(response)) return change()
  response[HEAD] = null
  try {
    change()
  } finally {
    response[HEAD] = NO_HEAD
  }
}

/** As good as a head to whoever looks whether there is one; Node.js would never write it. */
const NO_HEAD = 'held'

const HEAD = '_header'

interface WithHead extends ServerResponse {
  [HEAD]: string | null
}

function hasHead(response: ServerResponse): response is WithHead {
  return Object.hasOwn(response, HEAD)
}

function isAsSent(response: ServerResponse): response is WithHead {
  return hasHead(response) && response[HEAD] === NO_HEAD
}
