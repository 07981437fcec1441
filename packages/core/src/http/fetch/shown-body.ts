import { BodyCaptures } from '../body-captures.ts'
import type { Capture } from '../exchange.ts'

export interface ShownBody {
  readonly body: ReadableStream<Uint8Array>
  /** What the head says of its length. */
  readonly length: number | undefined
  readonly captures: readonly Capture[]
  /** Given what captures still do after the end. */
  readonly later: (work: Promise<void> | undefined) => void
}

/** A body that shows captures what is read of it: no piece is asked for before there is room for it. */
export function showBody({ body, length, captures, later }: ShownBody): ReadableStream<Uint8Array> {
  const shown = new BodyCaptures(captures, length)
  const reader = body.getReader()
  let isLeft = false
  let seen = 0
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { done, value } = await shown.within(() => reader.read())
    // Of whoever is left while a piece is waited for, the end comes, which is none.
    if (isLeft) return
    if (done) {
      later(shown.end())
      controller.close()
    } else {
      const bytes = bytesOf(value)
      seen += bytes.length
      shown.write(bytes)
      controller.enqueue(value)
    }
  }
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) =>
        pull(controller).catch((error: unknown) => {
          later(shown.abort(error))
          controller.error(error)
        }),
      // First whoever writes it is told, and does what it does at its end.
      cancel: (reason) => {
        isLeft = true
        // Whoever has all that the head told of needs no end.
        const left = (): Promise<void> | undefined =>
          seen === length ? shown.end() : shown.abort(reason ?? new Error('The client went away'))
        return reader.cancel(reason).finally(() => later(left()))
      },
    },
    { highWaterMark: 0 },
  )
}

/** Some servers send text as well, which the Fetch standard does not know. */
export function bytesOf(chunk: Uint8Array | string): Uint8Array {
  return typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
}
