import { checkValue } from '../schema-check.ts'
import type { SessionEngine } from './engine.ts'
import { isHidden } from './field-names.ts'
import type { SessionFields } from './fields.ts'
import type { Live } from './live.ts'
import type { SessionSettings } from './settings.ts'

/**
 * Makes the data of a session what this version of the application expects. What does not fit is left out, a field at a
 * time, and told: a stored mistake must not be an error at every request.
 */
export async function migrated(engine: SessionEngine, live: Live): Promise<Live> {
  const { settings } = engine
  const { fields, core } = live
  const stored = dataOf(fields)
  const data = settings.version > core.version ? inSteps(settings, core.version, stored) : stored
  const fitting = await fit(engine, live, data)
  for (const field of new Set([...Object.keys(stored), ...Object.keys(fitting)])) fields.adapt(field, fitting[field])
  return live
}

/** All data fields; with no prototype, so that no name means anything. */
function dataOf(fields: SessionFields): Record<string, unknown> {
  const data = empty()
  for (const field of fields.names) if (!isHidden(field)) data[field] = fields.value(field)
  return data
}

function inSteps(
  { migrate, version }: SessionSettings,
  from: number,
  stored: Record<string, unknown>,
): Record<string, unknown> {
  let data = stored
  for (let step = from + 1; step <= version; step += 1) data = migrate[step]?.(copyOf(data)) ?? data
  return copyOf(data)
}

async function fit(engine: SessionEngine, live: Live, data: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { clock, settings } = engine
  if (settings.schema === undefined) return data
  const { sid } = live.token.address
  let left = copyOf(data)
  for (;;) {
    const checked = await checkValue(settings.schema, { ...left }, clock)
    // An object, since it was given one; a schema that makes something else of it has no fields.
    if (checked.ok) return copyOf(typeof checked.value === 'object' ? (checked.value as Record<string, unknown>) : {})
    const dropped = checked.members.filter((member) => member !== undefined && member in left)
    const fields = dropped.length > 0 ? dropped : Object.keys(left)
    for (const field of new Set(fields)) {
      if (field === undefined) continue
      const issues = checked.issues.filter((_, n) => checked.members[n] === field || dropped.length === 0)
      engine.audit.tell({ type: 'session.rejected', sid, field, issues })
    }
    if (fields.length === 0) return empty()
    left = without(left, new Set(fields))
  }
}

function without(data: Record<string, unknown>, fields: ReadonlySet<string | undefined>): Record<string, unknown> {
  const left = empty()
  for (const [field, value] of Object.entries(data)) if (!fields.has(field)) left[field] = value
  return left
}

function copyOf(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return without(data, new Set())
}

function empty(): Record<string, unknown> {
  // Object.create has no type of its own.
  return Object.create(null) as Record<string, unknown>
}
