/** The path of a route as a pattern of `match` says it: for all requests that come to the route, if not for more. */
export function patternOf(url: string): string {
  const parts: string[] = []
  for (const part of url.split('/')) {
    if (part === '') continue
    // What is behind a part that may be left out, or that is an expression, may be anything.
    if (OPEN.test(part)) return `/${[...parts, '*'].join('/')}`
    parts.push(isFree(part) ? ':any' : part.replaceAll('::', ':').replace(SPECIAL, hex))
  }
  return `/${parts.join('/')}`
}

const OPEN = /[*(?]/
/** What has a meaning in a pattern. */
const SPECIAL = /[^\w.~-]/gu

/** A colon that stands for itself is written twice. */
function isFree(part: string): boolean {
  return part.includes('%') || part.replaceAll('::', '').includes(':')
}

function hex(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
}
