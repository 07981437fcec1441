import type { Stamp } from '../../src/invalidation/view.ts'
import { EVERYTHING, impliedNames, keyName, prefixName, tagName } from '../../src/invalidation/names.ts'

/** A proof lasts this long, in steps of the model's clock. */
export const MAX_STALENESS = 200
/** An entry is fresh this long. */
export const FRESH = 150
/** An entry may be served this long. */
export const ENTRY_TTL = 600

/** A piece of data and when its load began: what the claim is about. Never looked at by the modelled protocol. */
export interface Part {
  readonly names: readonly string[]
  readonly loadedFrom: number
}

/** A cached value: its parts are the value, the rest is what the protocol keeps. */
export interface Entry extends Stamp {
  readonly path: string
  readonly parts: readonly Part[]
  readonly bornAt: number
  /** The server's time when the load began, as if it were known exactly. */
  readonly begunAt: number
  /** The process's local counter when the load began: own invalidations that did not reach Redis are compared with it. */
  readonly order: number
  /** Since when this process knows the data to be good without any proof: its own load, or Redis's confirmation. */
  readonly confirmedAt: number
}

/** The generation of a load that found none. Never stored, never valid. */
export const NO_GENERATION = ''

export const DISH = 'menu:1'
export const DRINK = 'menu:2'
/** Made from the dish, and now and then the drink. */
export const PAGE = 'page:1'
export const PATHS: readonly [string, ...string[]] = [DISH, DRINK, PAGE]

const FIXED_TAG = tagName('x')
/** A tag that a loader adds or leaves out, so that no one knows it before the load. */
export const LATE_TAG: string = tagName('y')

const declared = new Map(
  PATHS.map((path) => [path, path === DISH ? [...impliedNames(path), FIXED_TAG] : impliedNames(path)] as const),
)

/** The names of a path that are known before it is loaded. */
export function declaredNames(path: string): readonly string[] {
  return declared.get(path) ?? []
}

type Targets = readonly [readonly string[], ...(readonly string[])[]]

const KEYS: Targets = [[keyName(DISH)], [keyName(DRINK)], [keyName(PAGE)]]

/** What invalidations name: tags, keys, a namespace (that is `clear`), two at once, everything. */
export const TARGETS: Readonly<Record<'anything' | 'keys' | 'namespaces', Targets>> = {
  anything: [
    [FIXED_TAG],
    [FIXED_TAG],
    [LATE_TAG],
    [LATE_TAG],
    [keyName(DISH)],
    [keyName(DRINK)],
    [prefixName('menu:')],
    [FIXED_TAG, LATE_TAG],
    [keyName(PAGE)],
    [EVERYTHING],
  ],
  keys: KEYS,
  namespaces: [...KEYS, [prefixName('menu:')], [prefixName('page:')]],
}

/** What is only marked stale. */
export const SOFT_TARGETS: Targets = [[FIXED_TAG], [LATE_TAG], [keyName(DISH)], [prefixName('menu:')]]
