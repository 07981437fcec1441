import type { SessionEngine } from './engine.ts'
import type { Live } from './live.ts'

/** Whether a signed-in user's secret is so old that the next one is due. */
export function isRotationDue({ settings, time }: SessionEngine, live: Live): boolean {
  const { rotateEvery } = settings
  if (rotateEvery === 0 || live.core.userId === undefined || live.secret !== 'current' || live.offered) return false
  return time.atLeast() - live.rotated >= rotateEvery
}
