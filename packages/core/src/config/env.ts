import { checkObject, invalidArgument } from '../errors.ts'
import { isRecord } from './checks.ts'
import type { Config, InstanceConfig } from './config.ts'
import { meantBy } from '../misspelt.ts'
import { described, type Finding, invalidConfig } from './problem.ts'
import { findingsIn, soundConfig } from './validate.ts'
import { type Variable, VARIABLES } from './variables.ts'

/** How the environment is read. */
export interface EnvOptions {
  /**
   * What may stand before each name. A variable with it goes before the same one without.
   * @default 'REDSTART_'
   */
  readonly prefix?: string
  /** What holds where no variable says otherwise: one of `presets`, or options of your own. @default none */
  readonly base?: InstanceConfig
}

const OWN_PREFIX = 'REDSTART_'

/** A variable that is set. */
interface Given {
  readonly variable: Variable
  /** As it stands in the environment. */
  readonly name: string
  readonly text: string
  readonly value: unknown
}

/**
 * Reads the configuration from variables of the environment; `docs/configuration.md` lists them.
 *
 * ```ts
 * const config = configFromEnv()
 * const redstart = createRedstart({ ...config.redstart, backend: redis(config.redis) })
 * ```
 *
 * What is written in code after the spread goes before variables with the prefix `REDSTART_`, those before the same ones
 * without, those before `base`, and that before the defaults. A variable that another one goes before is not looked at,
 * and an empty one is not set.
 *
 * A name that begins with `REDSTART_` and is not known is told as a warning of the process, once for each reading, and is
 * an error where it is nearly one that is known.
 *
 * @param env the variables. Default `process.env`.
 * @throws RedstartError `INVALID_CONFIG` with a line for every variable that is wrong: its name, its value unless that may
 *   be a secret, and what is allowed; `INVALID_ARGUMENT` for other options than these.
 */
export function configFromEnv(
  env: Readonly<Record<string, string | undefined>> = process.env,
  { prefix = OWN_PREFIX, base = {} }: EnvOptions = {},
): Config {
  checkObject('env', env)
  checkObject('base', base)
  if (typeof prefix !== 'string' || prefix === '') throw invalidArgument('prefix', prefix, 'text that is not empty')
  const given = givenIn(env, prefix)
  const misspelt = strangersIn(env, prefix).flatMap(({ name, meant }) =>
    meant === undefined ? [] : `${name} is not known; did you mean ${meant}?`,
  )
  const config = placed(given, base)
  const findings = findingsIn(config)
  const ofBase = findings.filter(({ path }) => !given.some(({ variable }) => variable.to === path))
  const lines = [
    ...given.flatMap((each) => linesFor(each, findings)),
    ...ofBase.map(({ path, problem }) => `${path} ${problem}`),
    ...misspelt,
  ]
  if (lines.length > 0) throw invalidConfig(lines)
  warnOfStrangers(env, prefix)
  return soundConfig(config)
}

/** For each place the variable that counts. */
function givenIn(env: Readonly<Record<string, string | undefined>>, prefix: string): readonly Given[] {
  const all = [prefix, ''].flatMap((before) =>
    VARIABLES.filter(({ prefixed }) => before === prefix || prefixed !== true).flatMap((variable): Given[] => {
      const name = `${before}${variable.name}`
      const text = env[name] ?? ''
      return text.trim() === '' ? [] : [{ variable, name, text, value: variable.form(text) }]
    }),
  )
  const urlHasPrefix = all.some(({ variable, name }) => variable.to === 'redis.url' && name !== variable.name)
  const counting = all.filter(
    ({ variable: { to, name: plain }, variable: own, name }, n) =>
      all.findIndex(({ variable }) => placeOf(variable) === placeOf(own)) === n &&
      !(urlHasPrefix && name === plain && PARTS_OF_URL.includes(to)),
  )
  return VARIABLES.flatMap((variable) => counting.filter((each) => each.variable === variable))
}

/** What goes nowhere has nothing that others could go before. */
function placeOf({ to, name }: Variable): string {
  return to === '' ? name : to
}

/** What a URL says, too: with a prefix it is not mixed with parts of a place that others are told. */
const PARTS_OF_URL = ['redis.host', 'redis.port', 'redis.db', 'redis.username', 'redis.password', 'redis.tls']

/** The values at their places, over the base. */
function placed(given: readonly Given[], base: InstanceConfig): Readonly<Record<string, unknown>> {
  let config: Readonly<Record<string, unknown>> = { redstart: base }
  const uncompressed = given.some(({ variable, value }) => variable.to === COMPRESSION && value === false)
  for (const { variable, value } of given) {
    if (value === undefined || variable.to === '' || (uncompressed && variable.to.startsWith(`${COMPRESSION}.`)))
      continue
    config = withValue(config, variable.to.split('.'), value)
  }
  const { limits } = config
  if (!isRecord(limits) || !isRecord(limits['api'])) return config
  return { ...config, limits: { ...limits, api: { ...DEFAULT_LIMIT, ...limits['api'] } } }
}

/** Once it is turned off, it has no threshold. */
const COMPRESSION = 'redstart.defaults.compression'

/** Where only one of both is said. */
const DEFAULT_LIMIT = { limit: 1000, window: '1h' }

function withValue(
  object: Readonly<Record<string, unknown>>,
  [name = '', ...rest]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  const inner = object[name]
  if (rest.length > 0) return { ...object, [name]: withValue(isRecord(inner) ? inner : {}, rest, value) }
  return { ...object, [name]: isRecord(value) && isRecord(inner) ? { ...inner, ...value } : value }
}

function linesFor(given: Given, findings: readonly Finding[]): readonly string[] {
  if (given.value === undefined) return [lineOf(given)]
  return findings
    .filter(({ path }) => path === given.variable.to)
    .map(({ problem, conflict }) => (conflict === true ? `${given.name} ${problem}` : lineOf(given)))
}

function lineOf({ variable: { allowed, secret }, name, text }: Given): string {
  if (secret === true) return `${name} is not allowed; expected ${allowed}`
  // Kubernetes writes such values for a service of that name.
  const hint = text.startsWith('tcp://') ? ` (Kubernetes sets it for a service; turn enableServiceLinks off)` : ''
  return `${name} ${described(text, allowed)}${hint}`
}

/** Names with the prefix that are not known, and what was meant by them. */
function strangersIn(
  env: Readonly<Record<string, string | undefined>>,
  prefix: string,
): readonly { readonly name: string; readonly meant: string | undefined }[] {
  const known = VARIABLES.map(({ name }) => name)
  return Object.keys(env).flatMap((name) => {
    const bare = name.slice(prefix.length)
    if (!name.startsWith(prefix) || known.includes(bare) || known.includes(name)) return []
    const meant = meantBy(bare, known)
    return [{ name, meant: meant && `${prefix}${meant}` }]
  })
}

function warnOfStrangers(env: Readonly<Record<string, string | undefined>>, prefix: string): void {
  // Any other prefix may be that of the application's own variables.
  const names = prefix === OWN_PREFIX ? strangersIn(env, prefix).map(({ name }) => name) : []
  if (names.length > 0)
    process.emitWarning(`${names.join(', ')}: configFromEnv() knows no variable of that name`, {
      type: 'RedstartWarning',
      code: 'UNKNOWN_VARIABLE',
    })
}
