import { tagNames } from '../invalidation/names.ts'
import { atOnce, tagsFrom } from './answers.ts'
import { type CallOptions, callPlan } from './call-options.ts'
import { checkSchema } from './form.ts'
import type { LoadContext } from './load-context.ts'
import { type LoadPlan, ReadPlan } from './load-plan.ts'
import { type NamespaceOptions, type NamespaceRecord, resolveLifetime, settingsOfCall } from './settings.ts'
import type { StandardSchemaV1 } from '../standard-schema.ts'

/** Tags known before and after the load apart. */
export interface KnownTags {
  readonly tags: readonly string[]
  readonly resultTags: ((value: unknown) => readonly string[]) | undefined
}

/** A read as a definition asks for it. */
export interface ScopedRead extends NamespaceOptions, CallOptions<unknown>, KnownTags {
  readonly schema?: StandardSchemaV1
}

/**
 * One read with all its options resolved and checked.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for one that is not allowed.
 */
export function planRead(
  record: NamespaceRecord,
  path: string,
  load: (context: LoadContext) => unknown,
  options: Omit<ScopedRead, keyof KnownTags>,
  { tags, resultTags }: KnownTags,
): LoadPlan {
  const { ttl, stale } = resolveLifetime(options, record.settings)
  const settings = settingsOfCall(options, record.settings, ttl)
  const { schema } = options
  if (schema !== undefined) checkSchema(schema)
  const { cacheIf, refresh, signal, waitUntil } = callPlan(options)
  const form = schema === undefined ? settings.form : { ...settings.form, schema }
  const names = tagNames(tags)
  return new ReadPlan(record, settings, {
    path,
    load,
    tagNames: names,
    resultTags: resultTags && ((value) => tagsFrom('tags', resultTags(value))),
    cacheIf: cacheIf && atOnce('cacheIf', cacheIf),
    refresh,
    signal,
    waitUntil,
    ttl,
    stale,
    form,
  })
}
