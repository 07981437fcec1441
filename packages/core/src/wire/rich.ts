/** What must be looked at in an object that JSON would damage and devalue keeps. */
export type RichKind = 'leaf' | 'view' | 'map' | 'set' | 'regexp'

/**
 * The kind of an object with exactly this prototype. A prototype is the whole test, so that subclasses, whose class
 * would be lost, are refused.
 */
export function richKind(prototype: object): RichKind | undefined {
  return KINDS.get(prototype)
}

const VIEWS = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Float16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Buffer',
]
const LEAVES = ['Date', 'URL', 'URLSearchParams', 'ArrayBuffer', 'Number', 'String', 'Boolean', 'BigInt']
const TEMPORALS = [
  'Duration',
  'Instant',
  'PlainDate',
  'PlainTime',
  'PlainDateTime',
  'PlainMonthDay',
  'PlainYearMonth',
  'ZonedDateTime',
]

/** Looked up by name, because younger ones (Float16Array, Temporal) are missing from older runtimes. */
const KINDS: ReadonlyMap<object, RichKind> = new Map<object, RichKind>([
  [Map.prototype, 'map'],
  [Set.prototype, 'set'],
  [RegExp.prototype, 'regexp'],
  ...prototypes(globalThis, VIEWS, 'view'),
  ...prototypes(globalThis, LEAVES, 'leaf'),
  ...prototypes((globalThis as { Temporal?: object }).Temporal ?? {}, TEMPORALS, 'leaf'),
])

function prototypes(home: object, names: readonly string[], kind: RichKind): [object, RichKind][] {
  return names.flatMap((name) => {
    const found: unknown = Reflect.get(home, name)
    return typeof found === 'function' ? [[found.prototype as object, kind]] : []
  })
}
