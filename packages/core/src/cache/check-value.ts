import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import { checkValue, type Refused } from '../schema-check.ts'
import type { StandardSchemaV1 } from '../standard-schema.ts'
import { decodeValue, encodeValue } from '../wire/index.ts'
import { type Content, contentOf } from './entry.ts'

/**
 * The content of an entry as a schema makes it of the stored one. What the schema returned is copied as everything is
 * that memory keeps; what cannot be copied faithfully is for those who wait for it and for nobody else.
 */
export async function checkContent(
  schema: StandardSchemaV1,
  stored: Content,
  clock: Clock,
): Promise<{ readonly ok: true; readonly content: Content } | Refused> {
  const given = stored.kind === 'encoded' ? fresh(stored) : stored.value
  const checked = await checkValue(schema, given, clock)
  if (!checked.ok) return checked
  const unchanged = stored.kind === 'shared' && checked.value === stored.value
  return { ok: true, content: unchanged ? stored : contentOfValue(checked.value) }
}

function fresh({ codec, payload }: Extract<Content, { kind: 'encoded' }>): unknown {
  const decoded = decodeValue(codec, payload)
  return decoded.ok ? decoded.value : undefined
}

/** A value as memory keeps it; one that cannot be copied faithfully is for those who wait for it and for nobody else. */
export function contentOfValue(value: unknown): Content {
  try {
    const { codec, payload } = encodeValue(value)
    return contentOf(codec, payload) ?? { kind: 'unstored', value }
  } catch (error) {
    if (!RedstartError.is(error)) throw error
    return { kind: 'unstored', value }
  }
}

/** A loaded value that its schema refuses. Names places and never what is there. */
export function rejected(path: string, issues: readonly string[]): RedstartError {
  const shown = issues.slice(0, MOST_SHOWN).join('; ')
  const more = issues.length > MOST_SHOWN ? `; and ${issues.length - MOST_SHOWN} more` : ''
  return new RedstartError(
    'VALUE_REJECTED',
    `the value loaded for ${JSON.stringify(path)} does not fit its schema: ${shown}${more}`,
  )
}

const MOST_SHOWN = 5
