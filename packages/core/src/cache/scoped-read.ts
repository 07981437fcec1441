import { tagNames } from '../invalidation/names.ts'
import { type CallOptions, callPlan } from './call-options.ts'
import { checkSchema } from './form.ts'
import type { LoadContext } from './load-context.ts'
import type { LoadPlan } from './load-plan.ts'
import { type NamespaceOptions, type NamespaceRecord, resolveSettings } from './settings.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'

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
  { name: namespace, settings, counters }: NamespaceRecord,
  path: string,
  load: (context: LoadContext) => unknown,
  options: Omit<ScopedRead, keyof KnownTags>,
  { tags, resultTags }: KnownTags,
): LoadPlan {
  const resolved = resolveSettings(options, settings)
  const { schema } = options
  if (schema !== undefined) checkSchema(schema)
  const { cacheIf, refresh, signal, waitUntil } = callPlan(options)
  // One spread, in front: that is what the engine copies in one go.
  return {
    ...resolved,
    cacheIf,
    refresh,
    signal,
    waitUntil,
    load,
    tagNames: tagNames(tags),
    resultTags,
    namespace,
    path,
    counters,
    form: schema === undefined ? resolved.form : { ...resolved.form, schema },
  }
}
