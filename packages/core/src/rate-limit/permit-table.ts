import type { PermitReply, PermitRequest } from './limit-store.ts'
import type { PermitsRule } from './rule.ts'

interface Held {
  readonly weight: number
  /** Microseconds since 1970. */
  readonly expires: number
}

/** Permits that are held, in this process. */
export class PermitTable {
  readonly #held = new Map<string, Map<string, Held>>()

  acquire(request: PermitRequest, now: number): PermitReply {
    const { id, weight } = request
    const { limit, lease } = ruleOf(request)
    const held = this.#alive(request, now)
    const used = weightOf(held)
    if (held.has(id)) return { kind: 'decided', passed: 'yes', used, wait: 0 }
    if (weight > limit) return { kind: 'decided', passed: 'never', used, wait: 0 }
    if (used + weight > limit)
      return { kind: 'decided', passed: 'no', used, wait: roomAt(held, used + weight - limit) - now }
    this.#held.set(nameOf(request), held.set(id, { weight, expires: now + lease }))
    return { kind: 'decided', passed: 'yes', used: used + weight, wait: 0 }
  }

  renew(request: PermitRequest, now: number): boolean {
    const held = this.#alive(request, now)
    const permit = held.get(request.id)
    if (permit === undefined) return false
    held.set(request.id, { ...permit, expires: now + ruleOf(request).lease })
    return true
  }

  release(request: PermitRequest, now: number): void {
    const held = this.#alive(request, now)
    held.delete(request.id)
    if (held.size === 0) this.#held.delete(nameOf(request))
  }

  reset(name: string, key: string): void {
    this.#held.delete(`${name}:${key}`)
  }

  #alive(request: PermitRequest, now: number): Map<string, Held> {
    const held = this.#held.get(nameOf(request)) ?? new Map<string, Held>()
    for (const [id, { expires }] of held) if (expires <= now) held.delete(id)
    return held
  }
}

function ruleOf({ policy }: PermitRequest): PermitsRule {
  if (policy.rule.kind === 'permits') return policy.rule
  throw new Error('it is looked at before that there are permits of a limit')
}

function nameOf({ name, key }: Pick<PermitRequest, 'name' | 'key'>): string {
  return `${name}:${key}`
}

function weightOf(held: ReadonlyMap<string, Held>): number {
  return [...held.values()].reduce((sum, { weight }) => sum + weight, 0)
}

/** When so many will have run out, unless they are renewed. */
function roomAt(held: ReadonlyMap<string, Held>, need: number): number {
  let freed = 0
  const byEnd = [...held.values()].sort((a, b) => a.expires - b.expires)
  return byEnd.find(({ weight }) => (freed += weight) >= need)?.expires ?? 0
}
