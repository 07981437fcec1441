import type { Cache, InvalidationTarget, Reached, Tenant } from '../../src/index.ts'
import { FEW } from './kitchen.ts'
import type { Invalidating } from './invalidating.ts'
import type { Loads } from './loads.ts'
import { instant, type Part } from './oracle.ts'
import { keyed, namesOfTenant, ofTenant, tagged, under } from './names.ts'
import type { Random } from './random.ts'
import type { Reading, Readings } from './reading.ts'

/** Made to be taken for each other, with the help of keys that begin as they end. */
const TENANTS = ['a', 'a:b', 'a%3Ab', '@a'] as const
const KEYS = ['1', 'b:1', '@a:1', '%3Ab:1'] as const
const TAGS = ['x', '@a:x', 'b:x'] as const

/** Reads and invalidates on behalf of tenants. */
export interface Tenants {
  readonly readings: Readings
  invalidation(random: Random, nextSet: () => number): Invalidating
}

export function openTenants(cache: Cache, loads: Loads): Tenants {
  const tenants = new Map(TENANTS.map((id) => [id, cache.tenant(id)]))
  const tenantOf = (id: (typeof TENANTS)[number]): Tenant => tenants.get(id) ?? cache.tenant(id)

  function load(random: Random): Reading {
    const [id, key, tag] = [random.pick(TENANTS), anyKey(random), random.pick(TAGS)]
    const path = pathOf(id, key)
    const names = (tags: readonly string[]): string[] => namesOfTenant(id, `guest:${key}`, tags)
    return {
      run: async () => [
        {
          path,
          part: await tenantOf(id)
            .namespace('guest')
            .getOrSet(key, (context) => loads.load(context, { tags: [tag], as: path, names }), {
              tags: random.chance(0.5) ? [tag] : () => [tag],
              ttl: '1s',
            }),
        },
      ],
    }
  }

  function get(random: Random): Reading {
    const [id, key] = [random.pick(TENANTS), anyKey(random)]
    return {
      run: async () => [{ path: pathOf(id, key), part: await tenantOf(id).get<Part>(`guest:${key}`), fresh: true }],
    }
  }

  function set(random: Random, nextSet: () => number): Invalidating {
    const [id, key, tag] = [random.pick(TENANTS), anyKey(random), random.pick(TAGS)]
    const names = namesOfTenant(id, `guest:${key}`, [tag])
    const [path, number] = [pathOf(id, key), nextSet()]
    const value: Part = { path, born: instant(), set: number, names, category: '', parts: [] }
    return {
      names: [ofTenant(id, keyed(`guest:${key}`))],
      told: false,
      set: number,
      run: () => tenantOf(id).set(`guest:${key}`, value, { tags: [tag], ttl: '1s' }),
    }
  }

  function invalidation(random: Random, nextSet: () => number): Invalidating {
    if (random.chance(0.3)) return set(random, nextSet)
    const id = random.pick(TENANTS)
    const [names, run] = anyTarget(tenantOf(id), random)
    return { names: names.map((name) => ofTenant(id, name)), told: false, run }
  }

  return { readings: { guest: load, getGuest: get }, invalidation }
}

/** Names of the tenant's own, and what invalidates them. */
function anyTarget(tenant: Tenant, random: Random): [readonly string[], () => Promise<Reached>] {
  const [key, tag] = [anyKey(random), random.pick(TAGS)]
  const by = (target: InvalidationTarget) => (): Promise<Reached> => tenant.invalidate(target)
  switch (random.below(6)) {
    case 0:
      return [[keyed(`guest:${key}`)], () => tenant.delete(`guest:${key}`)]
    case 1:
      return [[keyed(`guest:${key}`)], by({ keys: [`guest:${key}`] })]
    case 2:
      return random.chance(0.3) ? [[''], () => tenant.clear()] : [[tagged(tag)], by({ tags: [tag] })]
    case 3:
      return random.chance(0.3) ? [[under('guest:')], by({ namespace: 'guest' })] : [[tagged(tag)], by({ tags: [tag] })]
    default:
      return [[tagged(tag), keyed(`guest:${key}`)], by({ tags: [tag], keys: [`guest:${key}`] })]
  }
}

function anyKey(random: Random): string {
  return `${random.pick(KEYS)}${random.below(FEW / 4)}`
}

/** Which value it is: no text of one tenant can make it another's. */
function pathOf(id: string, key: string): string {
  return `${JSON.stringify(id)} has guest:${key}`
}
