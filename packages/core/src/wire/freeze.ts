/**
 * Freezes a tree of plain objects and arrays. Cycles end at what is frozen already, so the tree must be freshly made.
 *
 * @returns false when the tree is deeper than `levels`; it is then frozen in part.
 */
export function freezeTree(tree: object, levels: number): boolean {
  if (levels === 0) return false
  Object.freeze(tree)
  return Array.isArray(tree) ? freezeItems(tree, levels) : freezeProperties(tree as Record<string, unknown>, levels)
}

function freezeItems(array: readonly unknown[], levels: number): boolean {
  for (let index = 0; index < array.length; index++) if (!freezeChild(array[index], levels)) return false
  return true
}

function freezeProperties(object: Readonly<Record<string, unknown>>, levels: number): boolean {
  for (const key in object) if (!freezeChild(object[key], levels)) return false
  return true
}

function freezeChild(child: unknown, levels: number): boolean {
  if (typeof child !== 'object' || child === null) return true
  return Object.isFrozen(child) || freezeTree(child, levels - 1)
}
