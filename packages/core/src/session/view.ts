import { checkFieldName } from './field-names.ts'
import type { SessionFields } from './fields.ts'
import { reservedName } from './reserved-names.ts'

/**
 * Shows fields as own properties of an object, opened when they are first read: what nobody reads costs nothing, and is
 * known to be unchanged.
 */
export class DataView {
  readonly object: object
  readonly #fields: () => SessionFields | undefined
  /** Values of fields that were looked at or set. */
  readonly #values = new Map<string, unknown>()

  /** @param fields those that are loaded, at the moment that one is read. */
  constructor(object: object, fields: () => SessionFields | undefined) {
    this.object = object
    this.#fields = fields
    Object.defineProperty(object, VIEW, { value: this })
  }

  /**
   * Fields that can have been changed, with their values.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for a name that no field may have.
   */
  touched(): Map<string, unknown> {
    const touched = new Map<string, unknown>()
    for (const field of Object.keys(this.object)) {
      if (this.#isUnread(field)) continue
      this.check(field)
      touched.set(field, Reflect.get(this.object, field))
    }
    return touched
  }

  /** Whether any of these, which were shown, was looked at, or anything else is there. */
  isTouched(shown: readonly string[]): boolean {
    const own = Object.keys(this.object)
    return own.length !== shown.length || !own.every((field) => this.#isUnread(field))
  }

  /** @throws RedstartError `INVALID_ARGUMENT` for a name that no field may have. */
  check(field: string): void {
    checkFieldName(field)
    // It was defined; an assignment would have been refused.
    if (!this.canShow(field)) throw reservedName(field)
  }

  /** False for names of our own; a version that had not all of them may have stored one. */
  canShow(field: string): boolean {
    return !(field in Object.getPrototypeOf(this.object))
  }

  /** Whether a field that was shown was deleted. */
  isGone(field: string): boolean {
    return !Object.hasOwn(this.object, field) && this.canShow(field)
  }

  untouched(): readonly string[] {
    return Object.keys(this.object).filter((field) => this.#isUnread(field))
  }

  /** Shows these fields; what was looked at or set before stays as it is, and what is not among them goes. */
  show(fields: readonly string[]): void {
    for (const field of Object.keys(this.object))
      if (!fields.includes(field)) Reflect.deleteProperty(this.object, field)
    for (const field of fields) {
      if (Object.hasOwn(this.object, field)) continue
      // What one session can show all can.
      const known = accessors.get(field)
      if (known === undefined && !this.canShow(field)) continue
      this.#values.delete(field)
      Object.defineProperty(this.object, field, known ?? accessorOf(field))
    }
  }

  /** Shows a value in the place of the one there is. */
  put(field: string, value: unknown): void {
    if (value === undefined) Reflect.deleteProperty(this.object, field)
    else Object.defineProperty(this.object, field, { value, writable: true, enumerable: true, configurable: true })
  }

  /** Shows these fields as they are loaded, whatever was done to them. */
  renew(fields: readonly string[]): void {
    this.show([])
    this.show(fields)
  }

  /** What the property of a field gives. */
  read(field: string): unknown {
    if (this.#values.has(field)) return this.#values.get(field)
    const value = this.#fields()?.value(field)
    if (value === undefined) Reflect.deleteProperty(this.object, field)
    else this.#values.set(field, value)
    return value
  }

  /** What an assignment to the property of a field does. */
  write(field: string, value: unknown): void {
    this.#values.set(field, value)
  }

  /** It may have been deleted and defined anew. */
  #isUnread(field: string): boolean {
    if (this.#values.has(field)) return false
    const get = Object.getOwnPropertyDescriptor(this.object, field)?.get
    return get !== undefined && GETTERS.has(get)
  }
}

/** Where an object has its view: an own property, which proxies pass on. */
const VIEW: unique symbol = Symbol('view')

interface Viewed {
  readonly [VIEW]: DataView
}

/**
 * Accessors by the name of their field, the same for all sessions: with functions of their own, every one of them would be
 * an object of a shape of its own to the engine.
 */
const accessors = new Map<string, PropertyDescriptor>()
const GETTERS = new WeakSet<() => unknown>()
/** What is beyond these, where names are made of data, is made anew each time. */
const MOST_ACCESSORS = 1000

function accessorOf(field: string): PropertyDescriptor {
  function get(this: Viewed): unknown {
    return this[VIEW].read(field)
  }
  function set(this: Viewed, value: unknown): void {
    this[VIEW].write(field, value)
  }
  GETTERS.add(get)
  const accessor = { get, set, enumerable: true, configurable: true }
  if (accessors.size < MOST_ACCESSORS) accessors.set(field, accessor)
  return accessor
}
