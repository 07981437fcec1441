/**
 * How fixtures write values down: what JSON has as itself, everything else as an object with one member that names its
 * kind. It owes nothing to the codecs, which are what the fixtures are to test.
 *
 * @typedef {null | boolean | number | string | readonly Notation[] | { readonly [kind: string]: any }} Notation
 */

const VIEWS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
}
const BIG_VIEWS = { BigInt64Array, BigUint64Array }

/**
 * The value that is written down.
 *
 * @param {Notation} notation
 * @returns {unknown}
 */
export function valueOf(notation) {
  if (typeof notation !== 'object' || notation === null) return notation
  if (Array.isArray(notation)) return notation.map(valueOf)
  const [[kind, content] = ['nothing', undefined], ...others] = Object.entries(notation)
  const make = others.length === 0 ? KINDS[kind] : undefined
  if (make === undefined) throw new Error(`no kind of value: ${Object.keys(notation).join()}`)
  return make(content)
}

/** @type {Readonly<Record<string, (content: any) => unknown>>} */
const KINDS = {
  // Defined, not assigned, so that a member __proto__ is one like any other.
  object: (members) => Object.fromEntries(Object.entries(members).map(([name, value]) => [name, valueOf(value)])),
  undefined: () => undefined,
  number: Number,
  bigint: BigInt,
  repeated: ([text, times]) => text.repeat(times),
  Date: (text) => new Date(text),
  Map: (pairs) =>
    new Map(pairs.map((/** @type {[Notation, Notation]} */ [key, value]) => [valueOf(key), valueOf(value)])),
  Set: (values) => new Set(values.map(valueOf)),
  URL: (text) => new URL(text),
  RegExp: ([source, flags]) => new RegExp(source, flags),
  ArrayBuffer: (bytes) => Uint8Array.from(bytes).buffer,
  sparse: ([length, items]) => Object.assign(Array.from({ length: 0 }), { length }, valueOf(items)),
  named: ([name, member]) => cycle(name, member),
  ...mapped(VIEWS, (View) => (/** @type {(number | string)[]} */ items) => new View(items.map(Number))),
  ...mapped(BIG_VIEWS, (View) => (/** @type {string[]} */ items) => new View(items.map(BigInt))),
}

/**
 * An object with a name, and itself as a member.
 *
 * @param {string} name
 * @param {string} member
 */
function cycle(name, member) {
  /** @type {Record<string, unknown>} */
  const object = { name }
  object[member] = object
  return object
}

/**
 * @template V, R
 * @param {Readonly<Record<string, V>>} object
 * @param {(value: V) => R} change
 */
function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]))
}
