import type { Lag } from './patience.ts'
import type { Stage } from './stage.ts'

/** Resolves when `here` reads again what `there` has written; returns how long it took, in ms. */
export function readsAgain({ here, there }: Stage, lag: Lag, within: number): Promise<number> {
  let attempts = 0
  return lag.until('memory is not all there is', within, async () => {
    attempts += 1
    const key = `probe:${performance.now()}-${attempts}`
    await there.cache.getOrSet(key, () => 'written')
    return (await here.cache.get(key)) === 'written'
  })
}
