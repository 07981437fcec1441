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
  response._header = NO_HEAD
  return true
}

/** Has it behave as though all had been written. */
export function endAsSent(response: ServerResponse): void {
  if (isAsSent(response)) response.finished = true
}

/** Has it be again what it is. */
export function stopAsSent(response: ServerResponse): void {
  if (!isAsSent(response)) return
  response._header = null
  response.finished = false
}

/** Changes headers of a response which behaves as though they had left. */
export function changeHeaders(response: ServerResponse, change: () => void): void {
  if (!isAsSent(response)) return change()
  response._header = null
  try {
    change()
  } finally {
    response._header = NO_HEAD
  }
}

/** Nothing that Node.js would write, and no two are equal to it. */
const NO_HEAD = 'held'

interface WithHead extends ServerResponse {
  _header: string | null
}

function hasHead(response: ServerResponse): response is WithHead {
  return Object.hasOwn(response, '_header')
}

function isAsSent(response: ServerResponse): response is WithHead {
  return hasHead(response) && response._header === NO_HEAD
}
