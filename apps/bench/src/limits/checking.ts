import type { OpenLimiter } from './contender.ts'

/** What a process that checks is started with. */
export interface ApartOptions extends OpenLimiter {
  readonly together: number
  readonly keys?: number | undefined
}

/** Keys that are checked in turn. */
const KEYS = 10_000

/** So many checks of keys in turn; `latencies` gets how long each took, in ns. */
export async function checking(
  check: (key: string) => Promise<unknown>,
  operations: number,
  together: number,
  keys: number = KEYS,
  latencies?: number[],
): Promise<void> {
  let left = operations
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const begun = latencies === undefined ? 0 : performance.now()
      await check(`user:${left % keys}`)
      latencies?.push((performance.now() - begun) * 1e6)
    }
  }
  if (together === 1) return one()
  await Promise.all(Array.from({ length: together }, one))
}
