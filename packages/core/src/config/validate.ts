import { checkNamespace } from '../keys.ts'
import { duration, fields, flag, isRecord, named, whole } from './checks.ts'
import type { Config, LimitConfig, WarmingConfig } from './config.ts'
import { INSTANCE_FIELDS } from './instance-fields.ts'
import { type Check, type ConfigProblem, type Finding, invalidConfig, wrong } from './problem.ts'
import { redisConfig } from './redis-config.ts'
import { sessionKeys } from './session-keys.ts'

/** A configuration, or everything that is wrong with it. */
export type ConfigResult =
  | { readonly valid: true; readonly config: Config }
  | { readonly valid: false; readonly problems: readonly ConfigProblem[] }

const LIMIT = { limit: whole(1), window: duration(1) } satisfies Record<keyof LimitConfig, Check>

/** What each option of warming may be. */
export const WARMING_FIELDS: Readonly<Record<keyof WarmingConfig, Check>> = { enabled: flag, interval: duration(1) }

const CONFIG = {
  redstart: fields(INSTANCE_FIELDS),
  redis: redisConfig,
  limits: named(limit, checkNamespace),
  warming: fields(WARMING_FIELDS),
} satisfies Record<keyof Config, Check>

/**
 * Looks through a configuration that came from outside as plain data, such as a file of JSON, or of YAML read by a parser
 * of your own. All parts may be left out.
 *
 * ```ts
 * const result = validateConfig(JSON.parse(await readFile('cache.json', 'utf8')))
 * if (!result.valid) for (const { path, problem } of result.problems) console.error(path, problem)
 * ```
 */
export function validateConfig(config: unknown): ConfigResult {
  const problems = findingsIn(config)
  if (problems.length > 0) return { valid: false, problems: problems.map(({ path, problem }) => ({ path, problem })) }
  return { valid: true, config: soundConfig(config) }
}

/**
 * The same for who wants it or an error.
 *
 * @throws RedstartError `INVALID_CONFIG` with a line for everything that is wrong.
 */
export function readConfig(config: unknown): Config {
  const result = validateConfig(config)
  if (result.valid) return result.config
  throw invalidConfig(result.problems.map(({ path, problem }) => `${path} ${problem}`))
}

/** Everything that is wrong with a configuration. */
export function findingsIn(config: unknown): readonly Finding[] {
  return isRecord(config) ? fields(CONFIG)(config, '') : [wrong('the configuration', config, 'an object')]
}

/** A copy of what was found to be sound, with every part there. */
export function soundConfig(config: unknown): Config {
  // Every field of it was checked, and none of another name is there.
  const { redstart = {}, redis, limits = {}, warming = {} } = structuredClone(config) as Partial<Config>
  const keys = redstart.keys && sessionKeys(redstart.keys)
  return {
    redstart: keys === undefined ? redstart : { ...redstart, keys },
    ...(redis !== undefined && { redis }),
    limits,
    warming,
  }
}

function limit(value: unknown, path: string): readonly Finding[] {
  const findings = fields(LIMIT)(value, path)
  if (findings.length > 0 || !isRecord(value)) return findings
  return Object.keys(LIMIT)
    .filter((name) => value[name] === undefined)
    .map((name) => ({ path: `${path}.${name}`, problem: 'is missing; a limit has both limit and window' }))
}
