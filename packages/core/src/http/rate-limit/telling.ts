import { wallTime } from '../../clock.ts'
import { invalidArgument } from '../../errors.ts'
import type { Decision, PolicyResult } from '../../rate-limit/decision.ts'
import type { HttpExchange } from '../exchange.ts'
import type { LimitingOptions } from './options.ts'
import { partitionKeys } from './partition-key.ts'
import type { Quota } from './quota.ts'
import { type HeaderFormat, type QuotaHeaders, quotaHeaders } from './quota-headers.ts'

/** Tells clients in headers what is left. */
export class QuotaTelling {
  readonly #formats: readonly QuotaHeaders[]
  readonly #partitionKeyOf: ((key: string) => string) | undefined
  /** Undefined where nothing is exposed. */
  readonly #exposed: { readonly passed: string; readonly refused: string } | undefined

  /** @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed. */
  constructor(options: Pick<LimitingOptions<never, never>, 'headers' | 'legacyReset' | 'partitionKey' | 'expose'>) {
    const { headers = 'draft-8', legacyReset = 'seconds', partitionKey, expose = true } = options
    if (legacyReset !== 'seconds' && legacyReset !== 'unix')
      throw invalidArgument('legacyReset', legacyReset, "'seconds' or 'unix'")
    const unixSeconds = (): number => Math.floor(wallTime() / 1000)
    this.#formats = formatsOf(headers).map((format) => quotaHeaders(format, { legacyReset, unixSeconds }))
    this.#partitionKeyOf = partitionKey === undefined ? undefined : partitionKeys(partitionKey)
    const names = [...new Set(this.#formats.flatMap((format) => format.names))]
    this.#exposed = expose ? { passed: names.join(', '), refused: [...names, 'Retry-After'].join(', ') } : undefined
  }

  /** @param key who was limited; undefined where several were. */
  tell(exchange: HttpExchange, decision: Decision, key: string | undefined): void {
    const limited = !decision.allowed
    const partitionKey = key === undefined ? undefined : this.#partitionKeyOf?.(key)
    const quotas = quotasOf(decision)
    for (const format of this.#formats)
      for (const [name, value] of format.of(quotas, { partitionKey, limited })) {
        if (format.areLists) exchange.appendHeader(name, value)
        else exchange.setHeader(name, value)
      }
    const exposed = limited ? this.#exposed?.refused : this.#exposed?.passed
    // Browsers name the origin in each request that they would keep an answer's headers of.
    if (exposed !== undefined && exposed !== '' && exchange.header('origin') !== undefined)
      exchange.appendHeader('Access-Control-Expose-Headers', exposed)
  }
}

/** What each policy has left, but for those that refuse nobody. */
function quotasOf({ policies }: Decision): readonly Quota[] {
  const quotas: Quota[] = []
  for (const name in policies) {
    const result = policies[name]
    if (result !== undefined && !result.shadow) quotas.push(quotaOf(name, result))
  }
  return quotas
}

function quotaOf(name: string, { limit, windowMs, remaining, nextAfterMs, resetAfterMs }: PolicyResult): Quota {
  return { name, limit, windowMs, remaining, nextAfterMs, resetAfterMs, unit: 'requests' }
}

function formatsOf(headers: HeaderFormat | readonly HeaderFormat[] | false): readonly HeaderFormat[] {
  if (headers === false) return []
  const formats: readonly HeaderFormat[] = typeof headers === 'string' ? [headers] : headers
  const given: unknown = formats
  if (!Array.isArray(given)) throw invalidArgument('headers', headers, 'a format, an array of formats, or false')
  // Two drafts would write the same fields.
  if (formats.filter((format) => format !== 'legacy').length > 1 || new Set(formats).size < formats.length)
    throw invalidArgument('headers', formats.join(', '), 'one of the drafts, legacy, or both')
  return formats
}
