import type { CompressionOptions } from '../cache/compression-options.ts'
import { checkL1, type L1Options } from '../cache/l1.ts'
import type { AdmissionOptions } from '../cache/load-options.ts'
import { type NamespaceConfig, type NamespaceOptions, resolveSettings } from '../cache/settings.ts'
import { checkApp, checkNamespace } from '../keys.ts'
import { resolveSlow, type SlowOptions } from '../telemetry/slow.ts'
import { checkedBy } from './checked-by.ts'
import { duration, type Fields, fields, named, oneOf } from './checks.ts'
import type { InstanceConfig } from './config.ts'
import { type Check, refusalOf } from './problem.ts'
import { sessionsConfig } from './session-fields.ts'
import { keyList } from './session-keys.ts'

/** The fields that these options have; the compiler holds the lists and the types together. */
const COMPRESSION = ['threshold', 'algorithm', 'level'] satisfies (keyof CompressionOptions)[]
const ADMISSION = ['minCostMs', 'minHits'] satisfies (keyof AdmissionOptions)[]
const L1 = { maxEntries: true, maxBytes: true } satisfies Record<keyof L1Options, true>
const SLOW = { operation: true, load: true, key: true, keep: true } satisfies Record<keyof SlowOptions, true>

const NAMESPACE = {
  ttl: true,
  stale: true,
  staleWhileRevalidate: true,
  loadTimeout: true,
  softTimeout: true,
  jitter: true,
  earlyRefresh: true,
  negativeTtl: true,
  errorTtl: true,
  backOff: true,
  lease: true,
  admission: ADMISSION,
  serializer: true,
  compression: COMPRESSION,
  maxValueBytes: true,
  version: true,
  foreignJson: true,
} satisfies Record<keyof NamespaceOptions, true | readonly string[]>

/** What each option of a namespace may be. */
export const NAMESPACE_FIELDS: Fields = checkedBy((given) => resolveSettings(given), NAMESPACE)

const l1 = fields(checkedBy((given) => checkL1('l1', given), L1))
const slow = fields(checkedBy((given) => resolveSlow(given), SLOW))

const OWN = { l1 } satisfies Record<Exclude<keyof NamespaceConfig, keyof NamespaceOptions>, Check>

/** What each option of an instance may be. */
export const INSTANCE_FIELDS: Readonly<Record<keyof InstanceConfig, Check>> = {
  app: (value, path) => refusalOf(path, () => checkApp(value)),
  defaults: fields(NAMESPACE_FIELDS),
  namespaces: named(fields({ ...NAMESPACE_FIELDS, ...OWN }), checkNamespace),
  maxStaleness: duration(1),
  consistency: oneOf('bounded', 'strict'),
  coherence: oneOf('markers', 'tracking'),
  deadline: duration(1),
  outage: oneOf('load', 'serve'),
  l1,
  slow,
  sessions: sessionsConfig,
  keys: keyList,
}
