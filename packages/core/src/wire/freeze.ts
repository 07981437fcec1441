/**
 * Freezes a tree of plain objects and arrays in which no part occurs twice, as `JSON.parse` makes it.
 *
 * @returns false when the tree is deeper than `levels`; it is then frozen in part.
 */
export function freezeParsed(tree: object, levels: number): boolean {
  if (levels === 0) return false
  const frozen = Array.isArray(tree) ? freezeParsedItems(tree, levels) : freezeParsedProperties(tree, levels)
  // Last: the members of an object that is not frozen yet are walked faster.
  Object.freeze(tree)
  return frozen
}

function freezeParsedItems(array: readonly unknown[], levels: number): boolean {
  for (let index = 0; index < array.length; index++) {
    const item = array[index]
    if (typeof item === 'object' && item !== null && !freezeParsed(item, levels - 1)) return false
  }
  return true
}

function freezeParsedProperties(object: object, levels: number): boolean {
  const properties = object as Readonly<Record<string, unknown>> // a plain object
  for (const key in properties) {
    const property = properties[key]
    if (typeof property === 'object' && property !== null && !freezeParsed(property, levels - 1)) return false
  }
  return true
}

/**
 * The same of a tree whose parts may occur several times, or within themselves. Cycles end at what is frozen already, so
 * the tree must be freshly made.
 */
export function freezeGraph(tree: object, levels: number): boolean {
  if (levels === 0) return false
  Object.freeze(tree)
  return Object.values(tree).every((part) => freezePart(part, levels))
}

function freezePart(part: unknown, levels: number): boolean {
  if (typeof part !== 'object' || part === null) return true
  return Object.isFrozen(part) || freezeGraph(part, levels - 1)
}
