import { RedstartError } from '../errors.ts'
import { DEEPEST_VALUE, LONGEST_BIGINT } from './codec.ts'
import { hasToJson } from './plain.ts'
import { type RichKind, richKind } from './rich.ts'

/**
 * The close look at a value: which text keeps it whole. JSON where that is enough and no object is met twice, else
 * devalue, which also keeps cycles.
 *
 * @throws RedstartError `UNSUPPORTED_VALUE`, with the path of the first part that would not come back the same.
 */
export function inspect(value: unknown): 'json' | 'devalue' {
  const walk: Walk = { path: [], seen: new Set(), rich: false, unsafeKey: undefined }
  visit(value, walk, DEEPEST_VALUE)
  if (!walk.rich) return 'json'
  if (walk.unsafeKey !== undefined)
    throw refused(walk.unsafeKey, 'a property __proto__ beside values that JSON cannot hold')
  return 'devalue'
}

/** The first BigInt that has more digits than are kept. */
const TOO_LONG = 10n ** BigInt(LONGEST_BIGINT)

interface Walk {
  readonly path: string[]
  readonly seen: Set<object>
  /** Something was met that JSON would damage. */
  rich: boolean
  /** Where an own property `__proto__` is, which JSON keeps and devalue does not. */
  unsafeKey: readonly string[] | undefined
}

function visit(value: unknown, walk: Walk, levels: number): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return
    case 'number':
      if (!Number.isFinite(value) || Object.is(value, -0)) walk.rich = true
      return
    case 'bigint':
      if (value >= TOO_LONG || value <= -TOO_LONG)
        throw refused(walk.path, `a BigInt of more than ${LONGEST_BIGINT} digits`)
      walk.rich = true
      return
    case 'undefined':
      walk.rich = true
      return
    case 'object':
      if (value !== null) visitObject(value, walk, levels)
      return
    default:
      throw refused(walk.path, `a ${typeof value}`)
  }
}

function visitObject(object: object, walk: Walk, levels: number): void {
  if (walk.seen.has(object)) {
    walk.rich = true
    return
  }
  walk.seen.add(object)
  if (levels === 0) throw refused(walk.path, `nested deeper than ${DEEPEST_VALUE} levels`)
  const prototype = prototypeOf(object)
  const kind = prototype === null ? undefined : richKind(prototype)
  const isArray = kind === undefined && Array.isArray(object)
  // First of all: Node.js gives promises symbols of its own while anybody follows what is asynchronous.
  if (kind === undefined && !isArray && prototype !== null && !isPlainPrototype(prototype))
    throw refused(walk.path, instanceName(prototype))
  if (Object.getOwnPropertySymbols(object).length > 0) throw refused(walk.path, 'an object with symbol keys')
  if (kind !== undefined) return visitRich(object, kind, walk, levels)
  if (isArray) return visitArray(object, prototype, walk, levels)
  if (hasToJson(object)) throw refused(walk.path, 'an object with a toJSON method')
  if (prototype === null) walk.rich = true
  visitProperties(object, walk, levels)
}

function visitArray(array: readonly unknown[], prototype: object | null, walk: Walk, levels: number): void {
  if (prototype === null || !isArrayPrototype(prototype)) throw refused(walk.path, instanceName(prototype))
  if (hasToJson(array)) throw refused(walk.path, 'an array with a toJSON method')
  const keys = Object.keys(array)
  if (keys.length !== array.length) walk.rich = true
  for (const key of keys) {
    if (!isIndex(key)) throw refused(walk.path, 'an array with named properties')
    step(`[${key}]`, array[Number(key)], walk, levels)
  }
}

function visitProperties(object: object, walk: Walk, levels: number): void {
  for (const [key, child] of Object.entries(object)) {
    const name = IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
    if (key === '__proto__') walk.unsafeKey ??= [...walk.path, name]
    step(name, child, walk, levels)
  }
}

function visitRich(object: object, kind: RichKind, walk: Walk, levels: number): void {
  walk.rich = true
  if (kind === 'view') return // its own keys are its indices: too many to look for named ones among them
  const own = object instanceof String ? object.length : 0
  if (Object.keys(object).length !== own) throw refused(walk.path, 'a built-in object with properties added to it')
  // A kind is decided by the prototype alone; on an object that only pretends, the members below throw.
  if (kind === 'regexp' && (object as RegExp).lastIndex !== 0) throw refused(walk.path, 'a RegExp in use')
  if (object instanceof BigInt) visit(object.valueOf(), walk, levels)
  if (kind === 'set') visitMembers(object as Set<unknown>, walk, levels)
  if (kind === 'map') visitEntries(object as Map<unknown, unknown>, walk, levels)
}

function visitMembers(set: ReadonlySet<unknown>, walk: Walk, levels: number): void {
  let index = 0
  for (const member of set) step(`.<member ${index++}>`, member, walk, levels)
}

/** Entries are numbered in paths, because keys of a map are stored content. */
function visitEntries(map: ReadonlyMap<unknown, unknown>, walk: Walk, levels: number): void {
  let index = 0
  for (const [key, child] of map) {
    step(`.<key ${index}>`, key, walk, levels)
    step(`.<value ${index++}>`, child, walk, levels)
  }
}

function step(name: string, child: unknown, walk: Walk, levels: number): void {
  walk.path.push(name)
  visit(child, walk, levels - 1)
  walk.path.pop()
}

function prototypeOf(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null // declared as any
}

/** True for `Object.prototype` of any realm: what another realm made comes back as an object of this one. */
function isPlainPrototype(prototype: object): boolean {
  return (
    prototype === Object.prototype || (prototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  )
}

/** True for `Array.prototype` of any realm: the one array whose prototype is the root. */
function isArrayPrototype(prototype: object): boolean {
  const above = prototypeOf(prototype)
  return prototype === Array.prototype || (above !== null && prototypeOf(above) === null)
}

/** Array indices are the canonical whole numbers below 2^32 - 1. */
function isIndex(key: string): boolean {
  const index = Number(key) >>> 0
  return index < 0xffff_ffff && String(index) === key
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

function instanceName(prototype: object | null): string {
  const { constructor } = prototype ?? {}
  return typeof constructor === 'function' && constructor.name !== ''
    ? `an instance of ${constructor.name}`
    : 'an instance of a class'
}

/** Paths are cut: a long one ends in the part that matters least to whoever looks for the place. */
function refused(path: readonly string[], what: string): RedstartError {
  const place = `$${path.slice(0, 20).join('').slice(0, 200)}${path.length > 20 ? '...' : ''}`
  return new RedstartError(
    'UNSUPPORTED_VALUE',
    `The value at ${place} is ${what} and would not come back the same; store plain data ` +
      '(objects, arrays, primitives, Date, Map, Set, URL, RegExp, typed arrays)',
  )
}
