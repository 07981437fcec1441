import { equal } from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { eventually } from '../http/client.ts'

/** A body that is read as it arrives. */
export interface Arriving {
  /** Waits until all that has arrived is this text. */
  has(text: string): Promise<void>
  /** Waits for the end, and expects this text to be all of it. */
  endsAs(text: string): Promise<void>
}

export function arriving(response: IncomingMessage): Arriving {
  let body = ''
  const ended = once(response, 'end')
  // Whoever does not wait for the end does not mind that it never came.
  ended.catch(() => {})
  response.setEncoding('utf8').on('data', (text: string) => {
    body += text
  })
  return {
    has: async (text) => await eventually(() => body === text, `the text ${JSON.stringify(text)}`),
    endsAs: async (text) => {
      await ended
      equal(body, text)
    },
  }
}
