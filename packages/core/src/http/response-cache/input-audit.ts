import { hiddenFrom, unkeyedOf, ALWAYS_HIDDEN } from '../caching/audit.ts'
import { withoutParameters, withParameters } from '../caching/query.ts'
import type { HttpExchange, LeavingHead } from '../exchange.ts'
import type { UnkeyedNotes } from './unkeyed-notes.ts'
import type { Admitted } from './admit.ts'
import { OF_PROXIES } from './request-keys.ts'
import type { Settings } from './settings.ts'

type AuditSettings = Pick<Settings<never>, 'audit' | 'authorized' | 'cookies' | 'query' | 'user'>
type Stored = Extract<Admitted, { readonly stored: true }>

/** What an audit makes of an answer that was to be stored. */
export type Audited =
  | { readonly type: 'store'; readonly head: LeavingHead; readonly admitted: Stored }
  | { readonly type: 'refuse'; readonly why: string }

/** What of a request decides its answer, as its handler goes; and whether its key has all of that. */
export class InputAudit {
  readonly #exchange: HttpExchange
  readonly #settings: AuditSettings
  readonly #notes: UnkeyedNotes
  readonly #keyed: Set<string>
  readonly #read = new Set<string>()
  #stop: (() => void) | undefined

  constructor(exchange: HttpExchange, settings: AuditSettings, notes: UnkeyedNotes) {
    this.#exchange = exchange
    this.#settings = settings
    this.#notes = notes
    this.#keyed = keyedBy(settings)
  }

  /** Whatever is looked at to make the key is in it. */
  keying<T>(look: () => T): T {
    const stop = this.#exchange.watchHeaders((name) => this.#keyed.add(name))
    try {
      return look()
    } finally {
      stop()
    }
  }

  /** The handler begins: what no key may have is hidden from it where that was asked for. */
  begin(): void {
    const exchange = this.#exchange
    if (this.#settings.audit === 'strict') {
      const { host } = exchange
      for (const name of hiddenFrom({ host, header: (header) => exchange.header(header) }))
        exchange.setRequestHeader(name, undefined)
    }
    this.#stop = exchange.watchHeaders((name) => this.#read.add(name))
  }

  /** The handler has answered. */
  end(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  /** Tells what an answer that is to be stored depends on unsaid, and what becomes of it. */
  judge(head: LeavingHead, admitted: Stored): Audited {
    const { audit, query } = this.#settings
    const { target } = this.#exchange
    const keyed = new Set([...this.#keyed, ...admitted.vary])
    // The answer allows all of them, whoever asks.
    if (head.header('access-control-allow-origin') === '*') keyed.add('origin')
    // Parsers of cookies look for them with every request: only where one came it may have decided something.
    if (this.#exchange.header('cookie') === undefined) keyed.add('cookie')
    const unkeyed = unkeyedOf(this.#read, keyed)
    const isPersonal = unkeyed.some((name) => PERSONAL.has(name))
    const varies = audit === 'vary' && !isPersonal
    const outcome = audit === 'warn' ? 'stored' : varies ? 'varies' : 'refused'
    for (const name of unkeyed) this.#notes.tell(name, target, outcome)
    if (audit === 'strict' && hasIgnored(target, query)) return { type: 'refuse', why: 'ignored-query' }
    if (unkeyed.length === 0 || audit === 'warn') return { type: 'store', head, admitted }
    if (!varies) return { type: 'refuse', why: 'unkeyed-input' }
    const said = head.header('vary')
    const vary = [...(said === undefined ? [] : [said]), ...unkeyed].join(', ')
    this.#exchange.setHeader('Vary', vary)
    const names = [...new Set([...admitted.vary, ...unkeyed])].toSorted()
    return { type: 'store', head: withVary(head, vary), admitted: { ...admitted, vary: names } }
  }
}

/** Of these each value is another user's. */
const PERSONAL: ReadonlySet<string> = new Set(['cookie', 'authorization'])

function keyedBy({ audit, authorized, cookies, user }: AuditSettings): Set<string> {
  const keyed = new Set<string>(OF_PROXIES)
  // Its host and scheme are; requests that name them otherwise have other keys.
  keyed.add('forwarded')
  if (audit === 'strict') for (const name of ALWAYS_HIDDEN) keyed.add(name)
  const isOwned = user !== undefined
  // Requests that have them pass by, or they say whose the answer is.
  if (isOwned || authorized === 'never') keyed.add('authorization')
  if (isOwned || cookies === 'bypass' || typeof cookies === 'object') keyed.add('cookie')
  return keyed
}

/** Parameters that handlers see and keys do not have. */
function hasIgnored(target: string, { include, ignore }: Settings<never>['query']): boolean {
  if (include !== undefined && withParameters(target, include) !== target) return true
  return ignore !== undefined && withoutParameters(target, ignore) !== target
}

function withVary(head: LeavingHead, vary: string): LeavingHead {
  const { status, headers } = head
  return {
    status,
    headers: [...headers.filter(([name]) => name !== 'vary'), ['vary', vary]],
    header: (name) => (name === 'vary' ? vary : head.header(name)),
  }
}
