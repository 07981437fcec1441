import {
  createRedstart,
  type Policies,
  type Redstart,
  RedstartError,
  type RedstartOptions,
  type SessionData,
} from '@redstart/core'
import { isBuilding } from './building.ts'
import { isRecord } from './runtime/sections.ts'
import { reasonOf, warnOnce } from './runtime/warn-once.ts'

/** Which of the instances of a process is meant. */
export interface SharedRedstartOptions {
  /** Another one for each app, where one process serves several. @default 'redstart' */
  readonly name?: string
}

/**
 * The one instance of this process, for routes, server actions, the proxy, and `withRedstart()`: whichever of them is
 * evaluated first makes it, and all others, in whatever bundle, get the same.
 *
 * ```js
 * // lib/redstart.mjs
 * import { redis } from '@redstart/core/redis'
 * import { sharedRedstart } from '@redstart/next'
 *
 * export const redstart = sharedRedstart(() => ({ backend: redis(process.env.REDIS_URL) }))
 * export default redstart
 * ```
 *
 * Bundles evaluate a module more than once in a process, so names may be taken again: each evaluation of a
 * `redstart.cache.define()` has a loader of its own, over the same entries (`redefine` of `createRedstart()`).
 *
 * Nothing connects before its first use. While the app is built it is over memory alone: the same options without their
 * `backend`, or none where they cannot be made, as when a variable of the environment is not there. In development it stays
 * as it was first made until the process ends.
 *
 * @param make gives what `createRedstart()` takes.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function sharedRedstart<Data extends object = SessionData, Limits extends Policies = Policies>(
  make: () => RedstartOptions<Data, Limits>,
  { name = 'redstart' }: SharedRedstartOptions = {},
): Redstart<Data, Limits> {
  if (typeof make !== 'function')
    throw new RedstartError('INVALID_ARGUMENT', 'sharedRedstart() takes a function that gives the options')
  const instances = instancesOfProcess()
  const redstart = instances.get(name) ?? (isBuilding() ? madeForBuild(make) : createRedstart(shared(make())))
  instances.set(name, redstart)
  // It was made from the same function, as it was evaluated first.
  return redstart as Redstart<Data, Limits>
}

/** It has none of the app's options, and stands in for the app's instance while that is built. */
export function isStandIn(redstart: object): boolean {
  return Object.hasOwn(redstart, STAND_IN)
}

/** Forgets an instance, and ends what it holds open. */
export async function closeShared(name = 'redstart'): Promise<void> {
  const redstart = instancesOfProcess().get(name)
  instancesOfProcess().delete(name)
  await redstart?.close()
}

/** However often this module is evaluated: bundles have copies of it. */
const INSTANCES = Symbol.for('@redstart/next/instances/1')
const STAND_IN = Symbol.for('@redstart/next/stand-in/1')

type AnyInstance = Pick<Redstart, 'close'>

function instancesOfProcess(): Map<string, AnyInstance> {
  // Nothing else has this symbol.
  const holder = globalThis as { [INSTANCES]?: Map<string, AnyInstance> }
  return (holder[INSTANCES] ??= new Map())
}

/** What a module defines with the instance, it defines whenever it is evaluated. */
function shared<Options extends object>(options: Options): Options & { readonly redefine?: boolean } {
  // What is no options, createRedstart() refuses.
  return isRecord(options) ? { redefine: true, ...options } : options
}

function madeForBuild<Data extends object, Limits extends Policies>(
  make: () => RedstartOptions<Data, Limits>,
): AnyInstance {
  try {
    // What follows changes in Redis needs one.
    const { backend: _backend, coherence: _coherence, ...options } = make()
    return createRedstart(shared(options))
  } catch (error) {
    warnOnce('stand-in', `the app is built without the options of Redstart, which cannot be made: ${reasonOf(error)}`)
    return Object.defineProperty(createRedstart(shared({})), STAND_IN, { value: true })
  }
}
