import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { checkMembers, checkObject, invalidArgument } from '../errors.ts'
import { membersOf } from '../members.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { failureOf } from './asking.ts'
import { costOf, keyOf } from './checked.ts'
import type { Denial } from './decision.ts'
import { blockedDecision, permitDenial, unavailableDecision } from './deciding.ts'
import type { Fallback } from './fallback.ts'
import type { LimitStore, PermitReply, PermitRequest } from './limit-store.ts'
import type { Acquired, AcquireOptions } from './limiter.ts'
import { HeldPermit, type Permit, releaseOn } from './permit.ts'
import type { Roster } from './roster.ts'
import type { LimitsSettings } from './settings.ts'
import type { Statistics } from './stats.ts'
import type { PolicyWork } from './work.ts'

export interface HoldingContext {
  readonly store: LimitStore
  readonly roster: Roster
  readonly clock: Clock
  readonly settings: LimitsSettings
  readonly telemetry: Telemetry
  readonly fallback: Fallback
  readonly statistics: Statistics
}

const MEMBERS = membersOf<AcquireOptions>({ key: true, cost: true, signal: true })

/** Who keeps a permit: the backend, this process while that does not answer, or nobody. */
interface Keeper {
  readonly renew: () => Promise<boolean>
  readonly release: () => Promise<void>
}

/** Takes hold of permits. */
export class Holders {
  readonly #context: HoldingContext

  constructor(context: HoldingContext) {
    this.#context = context
  }

  async acquire(name: string, options: AcquireOptions): Promise<Acquired> {
    checkObject('the options of acquire', options)
    checkMembers('the options of acquire', options, MEMBERS)
    const { roster, store, settings, fallback, clock } = this.#context
    const work = roster.named(name)
    if (work.policy.rule.kind !== 'permits')
      throw invalidArgument('policy', name, 'one of concurrency(), whose permits are held')
    const weight = costOf(options.cost)
    if (weight === 0) throw invalidArgument('cost', weight, 'at least 1')
    options.signal?.throwIfAborted()
    const id = randomBytes(16).toString('base64url')
    const request: PermitRequest = { name, policy: work.policy, key: keyOf(options.key), id, weight }
    const begun = clock.now()
    let reply: PermitReply
    try {
      reply = await store.acquire(request, settings.deadline)
      fallback.answered(store, begun)
    } catch (error) {
      return this.#without(work, request, fallback.acquire(request, failureOf(error)), options.signal)
    }
    return this.#answer(work, request, reply, this.#stored(request), options.signal)
  }

  #without(
    work: PolicyWork,
    request: PermitRequest,
    reply: ReturnType<Fallback['acquire']>,
    signal: AbortSignal | undefined,
  ): Acquired {
    if (reply === 'closed') return this.#denied(work, request, unavailableDecision(AGAIN_MS))
    if (reply === 'open') return { allowed: true, permit: this.#held(request, FREE, signal) }
    const { permits } = this.#context.fallback
    const now = (): number => this.#context.fallback.now()
    const keeper: Keeper = {
      renew: async () => permits.renew(request, now()),
      release: async () => permits.release(request, now()),
    }
    return this.#answer(work, request, reply, keeper, signal)
  }

  #answer(
    work: PolicyWork,
    request: PermitRequest,
    reply: PermitReply,
    keeper: Keeper,
    signal: AbortSignal | undefined,
  ): Acquired {
    const from = { mode: this.#context.store.mode, trips: this.#context.store.mode === 'redis' ? 1 : 0 }
    if (reply.kind === 'blocked') return this.#denied(work, request, blockedDecision(reply, from))
    if (reply.passed !== 'yes') return this.#denied(work, request, permitDenial(request, reply, from))
    return { allowed: true, permit: this.#held(request, keeper, signal) }
  }

  #held(request: PermitRequest, { renew, release }: Keeper, signal: AbortSignal | undefined): Permit {
    const { clock, telemetry } = this.#context
    const { name: policy, key } = request
    const onLost = (): void => telemetry.emit({ type: 'limit.permit-lost', policy, key })
    const lease = request.policy.windowMs
    return releaseOn(new HeldPermit({ clock, lease, renew, release, onLost }), signal)
  }

  #denied(work: PolicyWork, { name, key }: PermitRequest, denial: Denial): Denial {
    this.#context.statistics.count(denial)
    work.stats.count(name, key, denial)
    return denial
  }

  #stored(request: PermitRequest): Keeper {
    const { store, settings } = this.#context
    return {
      renew: () => store.renew(request, settings.deadline),
      // Then it runs out.
      release: () => store.release(request, settings.deadline).catch(() => undefined),
    }
  }
}

const AGAIN_MS = 1000
/** Nobody counts it. */
const FREE: Keeper = { renew: async () => true, release: async () => undefined }
