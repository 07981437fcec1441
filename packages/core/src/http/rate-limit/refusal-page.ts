import type { Reply } from '../exchange.ts'

/**
 * True for who asks for a page rather than for data: a browser that goes somewhere or sends a form. Scripts and programs
 * that take anything do not.
 *
 * @param accept the header of the request: RFC 9110, 12.5.1.
 */
export function wantsPage(accept: string | undefined): boolean {
  if (accept === undefined || !accept.toLowerCase().includes(PAGE)) return false
  const weights = new Map(accept.toLowerCase().split(',').map(rangeOf))
  const page = weights.get(PAGE) ?? 0
  return page > 0 && DATA.every((type) => (weights.get(type) ?? 0) < page)
}

/** The same answer as a page: of words that stand here alone, and a number. */
export function pageOf({ status, headers }: Reply, retryAfter: number | undefined): Reply {
  const title = status === 503 ? 'This does not work just now' : 'That was too much'
  const advice =
    retryAfter === undefined ? '' : `<p>Try again in ${retryAfter} ${retryAfter === 1 ? 'second' : 'seconds'}.</p>`
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><h1>${title}</h1>${advice}</html>`
  const own = headers.filter(([name]) => name !== 'content-type')
  return { status, headers: [['content-type', 'text/html; charset=utf-8'], ...own], body }
}

const PAGE = 'text/html'
const DATA = ['application/problem+json', 'application/json', 'application/*']

function rangeOf(range: string): readonly [type: string, weight: number] {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
  const given = parameters.find((parameter) => parameter.startsWith('q='))
  return [type, given === undefined ? 1 : Number(given.slice(2)) || 0]
}
