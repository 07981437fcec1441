let depth = 0

/**
 * Looks at headers of a request on behalf of a policy: whoever watches them is told nothing of it.
 *
 * @param look must not wait for anything.
 */
export function quietly<T>(look: () => T): T {
  depth++
  try {
    return look()
  } finally {
    depth--
  }
}

/** Whether what is looked at now is of no interest to those who watch. */
export function isQuiet(): boolean {
  return depth > 0
}
