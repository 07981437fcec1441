import { createRedstart, type Redstart, type RedstartOptions } from '@redstart/core'
import { type ByteCache, byteCache } from '@redstart/core/byte-cache'
import { isBuilding } from '../building.ts'
import { Chronicle } from '../seeds/chronicle.ts'
import { Seeds } from '../seeds/seeds.ts'
import { Moments } from './moments.ts'
import { Paths } from './paths.ts'
import { inDevelopment } from './phase.ts'
import type { HandlerSettings, HandlerSetup } from './settings.ts'
import { TagUpdates } from './tag-updates.ts'
import { reasonOf, UNUSABLE, warnOnce } from './warn-once.ts'

/** What all handlers of one app have in common in a process. */
export interface Runtime {
  readonly redstart: Redstart
  readonly cache: ByteCache
  /** The first part of all paths. */
  readonly namespace: string
  readonly paths: Paths
  readonly tags: TagUpdates
  readonly moments: Moments
  readonly chronicle: Chronicle
  readonly seeds: Seeds
  /** Entries that are on their way into the cache, by their paths. */
  readonly coming: Map<string, Promise<void>>
  readonly settings: HandlerSettings
  /** Tells entries of this process from those of others. */
  readonly process: string
}

/** A runtime on its way: `undefined` where there can be none. */
interface Place {
  runtime: Runtime | undefined
  /** Settled within OPENING_MS, though what it waits for may not be. */
  opening: Promise<Runtime | undefined> | undefined
}

/** One for the process, however often this module is evaluated in it: Next.js bundles another copy for its proxy. */
const PLACES = Symbol.for('@redstart/next/runtimes/1')
/** How long reading the configuration may take before handlers answer without it. */
const OPENING_MS = 5000
/** How exactly it is known what was invalidated before a build and what after it began. */
const CHRONICLE_MS = 60_000

/** The runtime of an app. Made at the first use, and there at once from then on. */
export function runtimeOf(setup: HandlerSetup): Runtime | undefined | Promise<Runtime | undefined> {
  const place = placeOf(setup.settings.id)
  if (place.runtime !== undefined) return place.runtime
  place.opening ??= begin(place, setup)
  return place.opening
}

/** Somebody else's module may never be evaluated to its end: from then on, handlers answer without it, and at once. */
function begin(place: Place, setup: HandlerSetup): Promise<Runtime | undefined> {
  return new Promise((resolve) => {
    const { id } = setup.settings
    const timer = setTimeout(() => {
      warnOnce(`slow ${id}`, `nothing is cached: ${id} has not been read within ${OPENING_MS} ms`)
      resolve(undefined)
    }, OPENING_MS)
    timer.unref()
    void open(setup).then((runtime) => {
      clearTimeout(timer)
      place.runtime = runtime
      resolve(runtime)
    })
  })
}

/** Told once each, whatever logger there is: pages are served all the same, so that nobody would know. */
function tellProblems({ events }: Redstart, namespace: string): void {
  events.on('degraded', ({ operation, code }) =>
    warnOnce('degraded', `Redis does not answer (${operation}: ${code}); meanwhile Next.js renders`),
  )
  events.on('miss', ({ namespace: missed, reason }) => {
    if (missed !== namespace) return
    if (reason === 'unreadable' || reason === 'foreign') warnOnce('bytes', UNUSABLE)
    // Where there has been no connection yet, no operation has failed.
    if (reason === 'outage') warnOnce('degraded', 'Redis does not answer (read); meanwhile Next.js renders')
  })
}

/** Forgets the runtime of an app, and ends what it holds open. */
export async function closeRuntime(id: string): Promise<void> {
  const place = placeOf(id)
  places().delete(id)
  const runtime = await place.opening
  await runtime?.redstart.close()
}

function placeOf(id: string): Place {
  const known = places()
  const place = known.get(id) ?? { runtime: undefined, opening: undefined }
  known.set(id, place)
  return place
}

function places(): Map<string, Place> {
  // Nothing else has this symbol.
  const holder = globalThis as { [PLACES]?: Map<string, Place> }
  return (holder[PLACES] ??= new Map())
}

async function open(setup: HandlerSetup): Promise<Runtime | undefined> {
  try {
    const redstart = await instanceFrom(setup)
    const { settings } = setup
    // What is being developed shares no entries with what runs.
    const namespace = inDevelopment() ? `${settings.namespace}-dev` : settings.namespace
    const cache = byteCache(redstart, namespace)
    tellProblems(redstart, namespace)
    const { retention } = settings
    const chronicle = new Chronicle(cache, { path: `${namespace}:moments`, retention, every: CHRONICLE_MS })
    return {
      ...{ redstart, cache, namespace, settings, coming: new Map(), chronicle },
      seeds: new Seeds(cache, chronicle, settings),
      paths: new Paths(namespace),
      tags: new TagUpdates(cache),
      moments: new Moments(cache.loadTimeout),
      process: globalThis.crypto.randomUUID(),
    }
  } catch (error) {
    const { id } = setup.settings
    warnOnce(`open ${id}`, `nothing is cached: Redstart could not be created from ${id}: ${reasonOf(error)}`)
    return undefined
  }
}

async function instanceFrom({ config }: HandlerSetup): Promise<Redstart> {
  if (isBuilding()) return createRedstart()
  const { default: exported } = await config()
  const given: unknown = isFunction(exported) ? await exported() : exported
  return isInstance(given) ? given : createRedstart(optionsFrom(given))
}

function isFunction(exported: unknown): exported is () => unknown {
  return typeof exported === 'function'
}

function isInstance(given: unknown): given is Redstart {
  return typeof given === 'object' && given !== null && 'cache' in given && 'invalidate' in given
}

function optionsFrom(given: unknown): RedstartOptions {
  // createRedstart() checks every member of it.
  if (typeof given === 'object' && given !== null) return given
  throw new TypeError('its default export is neither the options of createRedstart() nor a function that gives them')
}
