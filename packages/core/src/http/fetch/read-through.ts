import type { BodyCaptures } from '../body-captures.ts'
import { bytesOf } from './shown-body.ts'

/** Bytes after which others have their turn: a body that is there already would be read without any pause. */
const TURN = 256 * 1024

/** Reads a body that nobody else wants to its end, whatever that is. */
export async function readThrough(body: ReadableStream<Uint8Array>, shown?: BodyCaptures): Promise<void> {
  let bytes = 0
  try {
    const reader = body.getReader()
    for (;;) {
      const { done, value } = await (shown === undefined ? reader.read() : shown.within(() => reader.read()))
      if (done) break
      shown?.write(bytesOf(value))
      bytes += value.length
      if (bytes < TURN) continue
      bytes = 0
      await new Promise((resolve) => setTimeout(resolve))
    }
  } catch (error) {
    return await shown?.abort(error)
  }
  await shown?.end()
}
