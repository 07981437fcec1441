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
  /** Getters of the fields that nobody has looked at. */
  readonly #unread = new Map<string, () => unknown>()

  /** @param fields those that are loaded, at the moment that one is read. */
  constructor(object: object, fields: () => SessionFields | undefined) {
    this.object = object
    this.#fields = fields
  }

  /**
   * Fields that can have been changed, with their values.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for a name that no field may have.
   */
  touched(): ReadonlyMap<string, unknown> {
    const touched = new Map<string, unknown>()
    for (const field of Object.keys(this.object)) {
      if (this.#isUnread(field)) continue
      this.check(field)
      touched.set(field, Reflect.get(this.object, field))
    }
    return touched
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

  untouched(): ReadonlySet<string> {
    return new Set([...this.#unread.keys()].filter((field) => this.#isUnread(field)))
  }

  /** Shows these fields; what was looked at or set before stays as it is, and what is not among them goes. */
  show(fields: readonly string[]): void {
    const shown = new Set(fields.filter((field) => this.canShow(field)))
    for (const field of Object.keys(this.object)) if (!shown.has(field)) Reflect.deleteProperty(this.object, field)
    for (const field of shown) if (!Object.hasOwn(this.object, field)) this.#showUnread(field)
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

  #isUnread(field: string): boolean {
    const getter = this.#unread.get(field)
    return getter !== undefined && Object.getOwnPropertyDescriptor(this.object, field)?.get === getter
  }

  #showUnread(field: string): void {
    const { object } = this
    const keep = (value: unknown): void =>
      void Object.defineProperty(object, field, { value, writable: true, enumerable: true, configurable: true })
    const get = (): unknown => {
      const value = this.#fields()?.value(field)
      if (value === undefined) Reflect.deleteProperty(object, field)
      else keep(value)
      return value
    }
    this.#unread.set(field, get)
    Object.defineProperty(object, field, { get, set: keep, enumerable: true, configurable: true })
  }
}
