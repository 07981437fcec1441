/**
 * The wall's time of this machine in ms, with a fraction, as Next.js takes it: entries are told apart by it where they are
 * made and invalidated within one ms.
 */
export function wallTime(): number {
  return performance.timeOrigin + performance.now()
}
