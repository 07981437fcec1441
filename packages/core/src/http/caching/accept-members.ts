/** What a request accepts, and how much. */
export interface AcceptMember {
  /** In lower case: `en-gb`, `gzip`, `*`. */
  readonly range: string
  /** 0 to 1; 0 is not acceptable. */
  readonly weight: number
}

/**
 * The members of `Accept-Encoding`, `Accept-Language` or `Accept-Charset` (9110 12.4.2), the preferred ones first and equal
 * ones as they came. A weight that is none counts as 0, what is empty not at all.
 */
export function acceptMembers(value: string): AcceptMember[] {
  const members: AcceptMember[] = []
  for (const text of value.toLowerCase().split(',')) {
    const [first = '', ...parameters] = text.split(';')
    const range = first.trim()
    if (range !== '') members.push({ range, weight: weightOf(parameters) })
  }
  return members.sort((a, b) => b.weight - a.weight)
}

/** True where nothing but ranges and their weights is there. */
export function isPlainAccept(value: string): boolean {
  return !OTHER_PARAMETER.test(value)
}

const NUMBER = '(0(?:\\.\\d{0,3})?|1(?:\\.0{0,3})?)'
const WEIGHT = new RegExp(`^\\s*q\\s*=\\s*(?:${NUMBER}\\s*$)?`)
const OTHER_PARAMETER = new RegExp(`"|;(?!\\s*q\\s*=\\s*${NUMBER}\\s*(?:,|$))`, 'i')

function weightOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const found = WEIGHT.exec(parameter)
    if (found !== null) return Number(found[1] ?? 0)
  }
  return 1
}
