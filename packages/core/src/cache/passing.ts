/**
 * What is there for a moment, by name: work in progress. It is a Map whose values are let go of when they leave.
 *
 * A plain Map keeps them: V8 gives it a new table every now and then, links the old one to it for the sake of iterators,
 * and wipes neither. An old table that has got out of the young generation so keeps all that its successors ever held,
 * until the next major collection, and takes it out of the young generation as well (`OrderedHashTable::Rehash` and
 * `SetNextTable` in V8's `ordered-hash-table.cc`). With 64 reads at a time that was a third of their time.
 */
export class Passing<Name extends string | number, Value> {
  readonly #places = new Map<Name, Place<Value>>()

  get size(): number {
    return this.#places.size
  }

  get(name: Name): Value | undefined {
    return this.#places.get(name)?.value
  }

  set(name: Name, value: Value): void {
    this.delete(name)
    this.#places.set(name, { value })
  }

  delete(name: Name): void {
    const place = this.#places.get(name)
    if (place === undefined) return
    place.value = undefined
    this.#places.delete(name)
  }

  names(): Iterable<Name> {
    return this.#places.keys()
  }

  values(): readonly Value[] {
    return [...this.#places.values()].flatMap(({ value }) => (value === undefined ? [] : [value]))
  }
}

/** What outlives a value is this. */
interface Place<Value> {
  value: Value | undefined
}
