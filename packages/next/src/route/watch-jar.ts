import { isQuiet } from '@redstart/core/http'
import type { WorkUnit } from '#next/work-unit-storage'

type Storage = { getStore(): WorkUnit | undefined }

let storage: Storage | undefined

/** To be waited for once before {@link watchJar} is called: Next.js has its environment made before anything of it is loaded. */
export async function loadJar(): Promise<void> {
  storage ??= (await import('#next/work-unit-storage')).workUnitAsyncStorage
}

/**
 * Tells that the cookies of the request that is served are asked for through `cookies()`, which reads the header once for all
 * of a request: whoever asks after somebody else has does not look at it any more.
 *
 * @returns how to stop.
 */
export function watchJar(read: (name: string) => void): () => void {
  const unit = storage?.getStore()
  if (unit?.type !== 'request') return () => {}
  const stops = JARS.map((name) => watchProperty(unit, name, read))
  return () => {
    for (const stop of stops) stop()
  }
}

/** Where `cookies()` finds them: where they may be set, and where not. */
const JARS = ['userspaceMutableCookies', 'cookies'] as const

function watchProperty(unit: WorkUnit, name: string, read: (name: string) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(unit, name)
  if (own?.get === undefined || own.configurable !== true) return () => {}
  const { get } = own
  const told = (): unknown => {
    if (!isQuiet()) read('cookie')
    return Reflect.apply(get, unit, [])
  }
  Object.defineProperty(unit, name, { ...own, get: told })
  return () => void Object.defineProperty(unit, name, own)
}
