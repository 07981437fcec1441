/** Which parameters of a query count, and whether their order does. Names are as decoded; `utm_*` is all that begin so. */
export interface QueryRules {
  /** These alone. @default all */
  readonly include?: readonly string[] | undefined
  /** All but these. @default none */
  readonly ignore?: readonly string[] | undefined
  /** Whether parameters of different names may come in any order. */
  readonly sort: boolean
}

/** Parameters that tell where a visitor came from, for scripts in the page; few servers look at them. */
export const MARKETING_PARAMETERS: readonly string[] = [
  'utm_*',
  'mtm_*',
  'pk_*',
  'hsa_*',
  '_hsenc',
  '_hsmi',
  '__hstc',
  '__hssc',
  '__hsfp',
  'hsCtaTracking',
  'gclid',
  'gclsrc',
  'dclid',
  'gbraid',
  'wbraid',
  'gad_source',
  'gad_campaignid',
  'srsltid',
  '_ga',
  '_gl',
  'fbclid',
  'igshid',
  'msclkid',
  'mc_cid',
  'mc_eid',
  'mkt_tok',
  'twclid',
  'ttclid',
  'li_fat_id',
  'epik',
  'yclid',
  '_openstat',
  'vero_id',
  'wickedid',
  '_kx',
  'irclickid',
]

/**
 * A query as the key has it: without the parameters that do not count, the others in one order where that is allowed, and
 * nothing written in another way. Two queries come out the same only where what reads them cannot tell them apart but by the
 * order of parameters with different names.
 *
 * @param query from its `?` on; empty for none.
 */
export function normaliseQuery(query: string, { include, ignore, sort }: QueryRules): string {
  // The question mark alone has one parameter, without a name.
  if (query === '') return ''
  const pairs = query.slice(1).split('&')
  const kept =
    include === undefined && ignore === undefined ? pairs : pairs.filter((pair) => counts(pair, include, ignore))
  if (kept.length === 0) return ''
  return `?${(sort ? sorted(kept) : kept).join('&')}`
}

/** A target without these parameters, for a handler that must not answer by what the key does not have. */
export function withoutParameters(target: string, ignore: readonly string[]): string {
  return rewritten(target, { ignore, sort: false })
}

/** A target with these parameters alone, for the same reason. */
export function withParameters(target: string, include: readonly string[]): string {
  return rewritten(target, { include, sort: false })
}

function rewritten(target: string, rules: QueryRules): string {
  const start = target.indexOf('?')
  return start === -1 ? target : target.slice(0, start) + normaliseQuery(target.slice(start), rules)
}

/** In doubt it counts: then it is in the key, and the worst is that one answer is stored twice. */
function counts(pair: string, include: readonly string[] | undefined, ignore: readonly string[] | undefined): boolean {
  const name = nameOf(pair)
  if (name === undefined) return true
  if (ignore?.some((pattern) => matches(pattern, name))) return false
  if (include === undefined) return true
  // Of `filter`, also `filter[from]`: most parsers make them one parameter.
  const first = firstWordOf(name)
  return include.some((pattern) => matches(pattern, name) || matches(pattern, first))
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

/** Parsers read no more than a thousand, so that behind that the order decides which. */
const MOST_SORTED = 250

/** Parameters that a parser may take for one stay in their order: `a`, `%61`, `a[]`, `a[b]`, `a.b`. */
function sorted(pairs: readonly string[]): readonly string[] {
  if (pairs.length < 2 || pairs.length > MOST_SORTED) return pairs
  const named: { readonly pair: string; readonly word: string }[] = []
  for (const pair of pairs) {
    const name = nameOf(pair)
    // What it is taken for is the parser's to say, and it may be any of the others.
    if (name === undefined) return pairs
    named.push({ pair, word: firstWordOf(name) })
  }
  named.sort((a, b) => (a.word < b.word ? -1 : a.word > b.word ? 1 : 0))
  return named.map(({ pair }) => pair)
}

const WORD = /[^?[\].\s]+/

function firstWordOf(name: string): string {
  return WORD.exec(name)?.[0] ?? ''
}

/** Undefined for what cannot be decoded, which parsers do not agree about. */
function nameOf(pair: string): string | undefined {
  const end = pair.indexOf('=')
  const raw = end === -1 ? pair : pair.slice(0, end)
  if (!ENCODED.test(raw)) return raw
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

const ENCODED = /[%+]/
