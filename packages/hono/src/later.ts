import type { Context } from 'hono'

/** Runtimes at the edge stop with the answer what they were not told of; others have no such thing. */
export function later(c: Context, work: Promise<void>): void {
  try {
    c.executionCtx.waitUntil(work)
  } catch {
    // There is none: it goes on by itself.
  }
}
