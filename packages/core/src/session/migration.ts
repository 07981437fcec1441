import { checkValue } from '../schema-check.ts'
import type { SessionEngine } from './engine.ts'
import { isFieldName } from './field-names.ts'
import type { SessionFields } from './fields.ts'
import type { Live } from './live.ts'
import type { SessionSettings } from './settings.ts'

type Data = Record<string, unknown>

/**
 * Makes the data of a session what this version of the application expects. What does not fit is left out, a field at a
 * time, and told: a stored mistake must not be an error at every request.
 */
export async function migrate(engine: SessionEngine, live: Live): Promise<void> {
  const { settings, audit } = engine
  const { fields, core } = live
  const { sid } = live.token.address
  const reject = (field: string, issues: readonly string[]): void =>
    audit.tell({ type: 'session.rejected', sid, field, issues })
  const stored = dataOf(fields)
  const data = settings.version > core.version ? inSteps(settings, core.version, stored, reject) : stored
  const fitting = await fit(engine, data, reject)
  for (const field of new Set([...Object.keys(stored), ...Object.keys(fitting)])) {
    const problem = isFieldName(field) ? adapt(fields, field, fitting[field]) : 'no field may have this name'
    if (problem !== undefined) reject(field, [problem])
  }
}

function adapt(fields: SessionFields, field: string, value: unknown): string | undefined {
  try {
    fields.adapt(field, value)
  } catch {
    // What the schema or a step made of it.
    fields.adapt(field, undefined)
    return 'it cannot be stored without changing it'
  }
  return undefined
}

/** All data fields; with no prototype, so that no name means anything. */
function dataOf(fields: SessionFields): Data {
  const data = empty()
  for (const field of fields.dataNames) {
    const value = fields.value(field)
    if (value !== undefined) data[field] = value
  }
  return data
}

type Reject = (field: string, issues: readonly string[]) => void

function inSteps({ migrate: steps, version }: SessionSettings, from: number, stored: Data, reject: Reject): Data {
  let data = stored
  for (let step = from + 1; step <= version; step += 1) {
    try {
      const made: unknown = steps[step]?.(copyOf(data)) ?? data
      data = membersOf(made)
    } catch {
      // What it threw may quote the data.
      for (const field of Object.keys(data)) reject(field, [`sessions.migrate[${step}] threw`])
      return empty()
    }
  }
  return copyOf(data)
}

async function fit({ clock, settings: { schema } }: SessionEngine, data: Data, reject: Reject): Promise<Data> {
  let left = copyOf(data)
  while (schema !== undefined) {
    const checked = await checkValue(schema, { ...left }, clock)
    if (checked.ok) return membersOf(checked.value)
    const named = checked.members.filter((member) => member !== undefined && Object.hasOwn(left, member))
    const dropped = new Set(named.length > 0 ? named : Object.keys(left))
    for (const field of dropped) {
      const issues = checked.issues.filter((_, n) => checked.members[n] === field || named.length === 0)
      if (field !== undefined) reject(field, issues)
    }
    if (dropped.size === 0) return empty()
    left = without(left, dropped)
  }
  return left
}

/** What is no object has no fields. */
function membersOf(value: unknown): Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? copyOf(value) : empty()
}

function without(data: object, fields: ReadonlySet<string | undefined>): Data {
  const left = empty()
  for (const [field, value] of Object.entries(data)) if (!fields.has(field)) left[field] = value
  return left
}

function copyOf(data: object): Data {
  return without(data, new Set())
}

function empty(): Data {
  // Object.create has no type of its own.
  return Object.create(null) as Data
}
