import { invalidArgument, RedstartError } from '../../errors.ts'
import type { Deliver, PurgeCall } from './delivery.ts'

/** A list in pieces of at most so many members, and at most so many characters with what stands between them. */
export function batches(
  words: readonly string[],
  most: { readonly count: number; readonly characters?: number },
): readonly (readonly string[])[] {
  const { count, characters = Infinity } = most
  const pieces: string[][] = []
  let left = 0
  for (const word of words) {
    const piece = pieces.at(-1)
    if (piece === undefined || piece.length >= count || word.length + 1 > left) {
      pieces.push([word])
      left = characters - word.length
    } else {
      piece.push(word)
      left -= word.length + 1
    }
  }
  return pieces
}

/** Makes calls one after another: providers limit how many come at once. What fails keeps none of the others. */
export async function callAll(
  calls: readonly PurgeCall[],
  deliver: Deliver,
  signal: AbortSignal | undefined,
): Promise<void> {
  const failures: unknown[] = []
  for (const call of calls) await deliver(call, signal).catch((error: unknown) => failures.push(error))
  if (failures.length === 0) return
  const [first] = failures
  const others = failures.length === 1 ? '' : ` (and ${failures.length - 1} more of ${calls.length} calls failed)`
  const message = first instanceof Error ? first.message : 'a purge failed'
  throw new RedstartError('NOT_REACHED', `${message}${others}`, { cause: first })
}

/**
 * The parts of a page's URL.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what is no whole URL of HTTP.
 */
export function pageOf(url: string): { readonly host: string; readonly target: string } {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw invalidArgument('a URL to purge', url, 'a whole one, such as https://shop.example/menu')
  return { host: parsed.host, target: parsed.pathname + parsed.search }
}
