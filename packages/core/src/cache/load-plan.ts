import type { Counters } from '../telemetry/counters.ts'
import type { CallPlan } from './call-options.ts'
import type { Form } from './form.ts'
import type { LoadContext } from './load-context.ts'
import type { NamespaceRecord, Settings } from './settings.ts'

/** One read with a load, should it come to that, with all options resolved. */
export interface LoadPlan extends Settings, CallPlan {
  readonly namespace: string
  readonly path: string
  readonly counters: Counters
  readonly load: (context: LoadContext) => unknown
  /** Names of the tags that are known before the load. */
  readonly tagNames: readonly string[]
  /** Tags that follow from the value. */
  readonly resultTags: ((value: unknown) => readonly string[]) | undefined
}

/** What is said of one read beside the settings that it has in common with others. */
export interface OwnPlan extends CallPlan, Pick<LoadPlan, 'path' | 'load' | 'tagNames' | 'resultTags' | 'form'> {
  readonly ttl: number
  readonly stale: number
}

/**
 * A plan whose members are always the same ones in the same order: copied by spreading, an object of so many members
 * becomes a dictionary, which costs a read more than all the rest of it.
 */
export class ReadPlan implements LoadPlan {
  readonly namespace: string
  readonly path: string
  readonly counters: Counters
  readonly load: (context: LoadContext) => unknown
  readonly tagNames: readonly string[]
  readonly resultTags: LoadPlan['resultTags']
  readonly cacheIf: LoadPlan['cacheIf']
  readonly refresh: boolean
  readonly signal: AbortSignal | undefined
  readonly waitUntil: LoadPlan['waitUntil']
  readonly ttl: number
  readonly stale: number
  readonly form: Form
  readonly serializer: Settings['serializer']
  readonly compression: Settings['compression']
  readonly staleWhileRevalidate: boolean
  readonly loadTimeout: number
  readonly softTimeout: number
  readonly jitter: number
  readonly earlyRefresh: Settings['earlyRefresh']
  readonly negativeTtl: number | undefined
  readonly errorTtl: number
  readonly backOff: number
  readonly lease: boolean
  readonly minCost: number
  readonly minHits: number

  constructor({ name, counters }: NamespaceRecord, settings: Settings, own: OwnPlan) {
    this.namespace = name
    this.path = own.path
    this.counters = counters
    this.load = own.load
    this.tagNames = own.tagNames
    this.resultTags = own.resultTags
    this.cacheIf = own.cacheIf
    this.refresh = own.refresh
    this.signal = own.signal
    this.waitUntil = own.waitUntil
    this.ttl = own.ttl
    this.stale = own.stale
    this.form = own.form
    this.serializer = settings.serializer
    this.compression = settings.compression
    this.staleWhileRevalidate = settings.staleWhileRevalidate
    this.loadTimeout = settings.loadTimeout
    this.softTimeout = settings.softTimeout
    this.jitter = settings.jitter
    this.earlyRefresh = settings.earlyRefresh
    this.negativeTtl = settings.negativeTtl
    this.errorTtl = settings.errorTtl
    this.backOff = settings.backOff
    this.lease = settings.lease
    this.minCost = settings.minCost
    this.minHits = settings.minHits
  }
}
