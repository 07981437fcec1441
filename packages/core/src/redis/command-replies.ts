import { RedstartError } from '../errors.ts'

/** The reply of `TIME`, in whole ms. */
export function timeOf(reply: unknown): number {
  const [seconds, micros] = listOf(reply)
  return wholeOf(seconds) * 1000 + Math.floor(wholeOf(micros) / 1000)
}

/** The reply of `SCAN`: where to go on, and what was found. */
export function scannedOf(reply: unknown): readonly [cursor: string, keys: readonly string[]] {
  const [cursor, keys] = listOf(reply)
  return [textOf(cursor), listOf(keys).map(textOf)]
}

/** The reply of a command that counts what it did. */
export function countOf(reply: unknown): number {
  return typeof reply === 'number' ? reply : fail()
}

/** The reply of a command that answers with one text. */
export function textOf(reply: unknown): string {
  return typeof reply === 'string' ? reply : fail()
}

function wholeOf(value: unknown): number {
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : fail()
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : fail()
}

function fail(): never {
  throw new RedstartError('STORE_FAILED', 'Redis answered a command with what is no reply of it')
}
