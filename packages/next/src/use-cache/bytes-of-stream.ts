/** How much of a stream is read, and for how long. */
export interface StreamLimits {
  readonly maxBytes: number
  /** Milliseconds. */
  readonly timeout: number
  /** Runs a callback later. @returns how to prevent it. */
  readonly schedule: (ms: number, callback: () => void) => () => void
}

/**
 * All bytes of a stream, as a copy that nobody else has; undefined where there are too many, or where they take too long.
 * Rejects with the stream's error. The stream is read to its end, or cancelled.
 */
export async function bytesOfStream(
  stream: ReadableStream<Uint8Array>,
  { maxBytes, timeout, schedule }: StreamLimits,
): Promise<Buffer | undefined> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  let late = false
  const cancel = schedule(timeout, () => {
    late = true
    reader.cancel().catch(ignore)
  })
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      chunks.push(read.value)
      length += read.value.byteLength
      if (length > maxBytes) {
        reader.cancel().catch(ignore)
        return undefined
      }
    }
    return late ? undefined : Buffer.concat(chunks, length)
  } finally {
    cancel()
  }
}

/** A stream of bytes that whoever reads it may do with as they like. */
export function streamOfBytes(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.byteLength > 0) controller.enqueue(Uint8Array.from(bytes))
      controller.close()
    },
  })
}

/** Nobody is interested in the rest of a stream, nor in how it ends. */
function ignore(): void {}
