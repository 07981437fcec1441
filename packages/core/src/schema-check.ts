import type { Clock } from './clock.ts'
import type { StandardSchemaIssue, StandardSchemaResult, StandardSchemaV1 } from './standard-schema.ts'

/** What a schema made of a value, or in words what does not fit. */
export type Checked = { readonly ok: true; readonly value: unknown } | Refused

export interface Refused {
  readonly ok: false
  readonly issues: readonly string[]
  /** For each issue the member of the value that it is about; undefined for the whole. */
  readonly members: readonly (string | undefined)[]
}

/** Milliseconds that a schema may take: nothing that waits for one waits without end. */
const LONGEST_CHECK = 5000

/**
 * Has a schema check a value. One that throws, rejects or takes longer than 5 s refuses the value; what it threw may
 * quote it, so it is not told.
 */
export async function checkValue(schema: StandardSchemaV1, value: unknown, clock: Clock): Promise<Checked> {
  try {
    const answer = schema['~standard'].validate(value)
    const result = 'then' in answer ? await inTime(Promise.resolve(answer), clock) : answer
    if (result === undefined) return unanswered(`the schema took longer than ${LONGEST_CHECK} ms`)
    if (result.issues === undefined) return { ok: true, value: result.value }
    const { issues } = result
    return { ok: false, issues: issues.map((issue) => describe(issue, value)), members: issues.map(memberOf) }
  } catch {
    return unanswered('the schema threw instead of answering')
  }
}

function unanswered(issue: string): Refused {
  return { ok: false, issues: [issue], members: [undefined] }
}

function memberOf({ path: [first] = [] }: StandardSchemaIssue): string | undefined {
  const key = typeof first === 'object' ? first.key : first
  return key === undefined ? undefined : String(key)
}

function inTime<T>(
  answer: Promise<StandardSchemaResult<T>>,
  clock: Clock,
): Promise<StandardSchemaResult<T> | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(LONGEST_CHECK, () => resolve(undefined))
    answer.then(resolve, reject).finally(cancel)
  })
}

const LONGEST = 200

/** The place and the schema's words, unless these hold what is at the place: some libraries quote it. */
function describe({ message, path = [] }: StandardSchemaIssue, value: unknown): string {
  const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment))
  const place = `$${keys.map(step).join('')}`.slice(0, LONGEST)
  return quotes(message, at(value, keys)) ? place : `${place}: ${message.slice(0, LONGEST)}`
}

function step(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`
  return typeof key === 'string' && IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(String(key))}]`
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

function at(value: unknown, keys: readonly PropertyKey[]): unknown {
  let found = value
  for (const key of keys) {
    if (typeof found !== 'object' || found === null) return undefined
    found = found instanceof Map ? found.get(key) : Reflect.get(found, key)
  }
  return found
}

/** Parts of a refused object that are compared with the words; words about a larger one are not told. */
const MOST_PARTS = 200
/** Shorter parts of an object are in words by chance. */
const SHORTEST_PART = 4

function quotes(words: string, found: unknown): boolean {
  const texts = textsOf(found)
  if (texts !== undefined) return texts.some((text) => text !== '' && words.includes(text))
  const open: unknown[] = [found]
  for (let looked = 0; open.length > 0; looked++) {
    if (looked > MOST_PARTS) return true
    const part = open.pop()
    const parts = textsOf(part)
    if (parts?.some((text) => text.length >= SHORTEST_PART && words.includes(text)) === true) return true
    if (parts === undefined) open.push(...membersOf(part))
  }
  return false
}

/** How libraries spell a value that is no container; undefined for containers. */
function textsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value, JSON.stringify(value).slice(1, -1)]
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)]
  if (value instanceof Date) return [value.toString(), value.toJSON() ?? '']
  return typeof value === 'object' && value !== null ? undefined : []
}

function membersOf(container: unknown): readonly unknown[] {
  if (container instanceof Map) return [...container.keys(), ...container.values()]
  if (container instanceof Set) return [...container]
  return ArrayBuffer.isView(container) ? [] : Object.values(container as object)
}
