import { expectTypeOf } from 'vitest'
import {
  type Backend,
  type Cache,
  type CacheStats,
  createRedstart,
  type Definition,
  type DefinitionOptions,
  type Duration,
  type ErrorCode,
  type GetOrSetOptions,
  type Hooks,
  type InvalidationOptions,
  type InvalidationTarget,
  type Key,
  type L1Options,
  type Latency,
  type LoadContext,
  type MetricsSnapshot,
  type MetricsSummary,
  type MissReason,
  type Namespace,
  type NamespaceOptions,
  type NamespaceStats,
  type Operation,
  type Reached,
  type Redstart,
  RedstartError,
  type RedstartEvent,
  type RedstartOptions,
  type SetOptions,
  type SlowOptions,
} from '@redstart/core'
import { memory } from '@redstart/core/memory'
import { redis } from '@redstart/core/redis'

/*
 * Checked by the compiler, never run: a line that should not compile says so, and fails the check when it does.
 */

interface Dish {
  readonly id: number
  readonly category: string
}
declare const load: (id: number) => Promise<Dish>

const { cache, invalidate, events, metrics, close } = createRedstart()

// An instance
expectTypeOf(createRedstart()).toEqualTypeOf<Redstart>()
expectTypeOf(cache).toEqualTypeOf<Cache>()
expectTypeOf(close()).toEqualTypeOf<Promise<void>>()
expectTypeOf(memory()).toEqualTypeOf<Backend>()
expectTypeOf(redis('redis://127.0.0.1')).toEqualTypeOf<Backend>()
createRedstart({
  backend: redis({ host: '127.0.0.1' }),
  app: 'shop',
  namespaces: { menu: { ttl: '5m', stale: 500 } },
  l1: { maxEntries: 5 },
  logger: console,
})
// @ts-expect-error an option that does not exist
createRedstart({ ttl: '5m' })
// @ts-expect-error only these two
createRedstart({ consistency: 'eventual' })
// @ts-expect-error a backend is no URL
createRedstart({ backend: 'redis://127.0.0.1' })

// Durations
expectTypeOf<'250ms'>().toExtend<Duration>()
expectTypeOf<'1.5h'>().toExtend<Duration>()
expectTypeOf<500>().toExtend<Duration>()
expectTypeOf<'5M'>().not.toExtend<Duration>()
expectTypeOf<'5min'>().not.toExtend<Duration>()
expectTypeOf<'m'>().not.toExtend<Duration>()
expectTypeOf<string>().not.toExtend<Duration>()
// @ts-expect-error a typo in a unit
void cache.set('menu:1', 1, { ttl: '5min' })

// Keys
expectTypeOf<string | number | bigint | readonly (string | number | bigint | boolean)[]>().toEqualTypeOf<Key>()
// @ts-expect-error an object is no key
void cache.get({ id: 1 })
// @ts-expect-error a boolean alone is no key
void cache.get(true)

// getOrSet: what the loader returns, at once or later
expectTypeOf(cache.getOrSet('menu:1', () => load(1))).toEqualTypeOf<Promise<Dish>>()
expectTypeOf(cache.getOrSet('menu:1', () => 5)).toEqualTypeOf<Promise<number>>()
expectTypeOf(cache.getOrSet('menu:1', async () => (Math.random() > 0.5 ? 'soup' : undefined))).toEqualTypeOf<
  Promise<'soup' | undefined>
>()
expectTypeOf(cache.getOrSet(['menu', 1], () => load(1), { tags: (dish) => [dish.category], ttl: '5m' })).toEqualTypeOf<
  Promise<Dish>
>()
void cache.getOrSet('menu:1', (context) => {
  expectTypeOf(context).toEqualTypeOf<LoadContext>()
  expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>()
  return context.path
})
// @ts-expect-error tags are a list
void cache.getOrSet('menu:1', () => load(1), { tags: 'soups' })
// @ts-expect-error tags of a value are a list, too
void cache.getOrSet('menu:1', () => load(1), { tags: (dish) => dish.category })
// @ts-expect-error a number is no tag
void cache.getOrSet('menu:1', () => load(1), { tags: (dish) => [dish.id] })

// get: unknown until the caller vouches for it
expectTypeOf(cache.get('menu:1')).toEqualTypeOf<Promise<unknown>>()
expectTypeOf(cache.get<Dish>('menu:1')).toEqualTypeOf<Promise<Dish | undefined>>()

// set, delete, clear
expectTypeOf(cache.set('menu:1', { any: 'value' }, { ttl: '5m', stale: '1h', tags: ['soups'] })).toEqualTypeOf<
  Promise<Reached>
>()
expectTypeOf(cache.delete('menu:1')).toEqualTypeOf<Promise<Reached>>()
expectTypeOf(cache.clear()).toEqualTypeOf<Promise<Reached>>()
expectTypeOf<Reached['reached']>().toEqualTypeOf<'all' | 'here'>()
// @ts-expect-error how long a loader may take is nothing to set
void cache.set('menu:1', 1, { loadTimeout: '5s' })
expectTypeOf(cache.namespace('menu')).toEqualTypeOf<Namespace>()
expectTypeOf(cache.namespace('menu').getOrSet(1, () => load(1))).toEqualTypeOf<Promise<Dish>>()

// define: arguments and value follow from the key function and the loader, without annotations in the loader
const dish = cache.define('menu', { key: (id: number) => id }, (id, context) => {
  expectTypeOf(id).toEqualTypeOf<number>()
  expectTypeOf(context).toEqualTypeOf<LoadContext>()
  return load(id)
})
expectTypeOf(dish).toEqualTypeOf<Definition<[id: number], Dish>>()
expectTypeOf(dish(42)).toEqualTypeOf<Promise<Dish>>()
expectTypeOf(dish.invalidate(42)).toEqualTypeOf<Promise<Reached>>()
expectTypeOf(dish.keyOf(42)).toEqualTypeOf<string>()
// @ts-expect-error an argument is missing
void dish()
// @ts-expect-error an argument of another type
void dish('42')
// @ts-expect-error an argument too many
void dish(42, 'sv')
// @ts-expect-error an argument of another type
void dish.invalidate('42')

const translated = cache.define(
  'menu:translated',
  {
    key: (id: number, language: 'sv' | 'en') => [id, language],
    argumentTags: (id, language) => [`${id}`, language],
    tags: ['soups'],
  },
  async (id, language) => `${id} in ${language}`,
)
expectTypeOf(translated).toEqualTypeOf<Definition<[id: number, language: 'sv' | 'en'], string>>()
// @ts-expect-error no such language
void translated(1, 'de')

const tagged = cache.define(
  'menu:tagged',
  { key: (id: number) => id, tags: (value: Dish, id) => [value.category, `${id}`] },
  (id) => load(id),
)
expectTypeOf(tagged).toEqualTypeOf<Definition<[id: number], Dish>>()

const handed = cache.define('menu:handed', { key: (id: number) => id, tags: (value) => [value.category] }, load)
expectTypeOf(handed).toEqualTypeOf<Definition<[id: number], Dish>>()

const everything = cache.define('menu:all', { key: () => 'all' }, () => [1, 2, 3])
expectTypeOf(everything()).toEqualTypeOf<Promise<number[]>>()
// @ts-expect-error a definition needs a key
cache.define('menu:none', {}, () => 1)
// @ts-expect-error an object is no key
cache.define('menu:object', { key: (id: number) => ({ id }) }, (id) => id)

// invalidate
expectTypeOf(invalidate({ tags: ['soups'] })).toEqualTypeOf<Promise<Reached>>()
void invalidate({ keys: ['menu:1'], prefix: 'menu:', namespace: 'menu' }, { strategy: 'lazy', require: 'all' })
// @ts-expect-error tags are a list
void invalidate({ tags: 'soups' })
// @ts-expect-error a typo would invalidate nothing
void invalidate({ tag: ['soups'] })
// @ts-expect-error only these two
void invalidate({ tags: ['soups'] }, { strategy: 'soft' })

// Events: one closed union
expectTypeOf(events.subscribe(() => undefined)).toEqualTypeOf<() => void>()
events.subscribe((event) => {
  expectTypeOf(event).toEqualTypeOf<RedstartEvent>()
  if (event.type === 'cache.miss') expectTypeOf(event.reason).toEqualTypeOf<MissReason>()
  // @ts-expect-error there is no such event
  if (event.type === 'cache.mist') return
})

// Hooks: each has its own event, and each event a hook
expectTypeOf(events.on('hit', () => undefined)).toEqualTypeOf<() => void>()
events.on('miss', (event) => expectTypeOf(event.reason).toEqualTypeOf<MissReason>())
events.once('slow', async ({ operation }) => expectTypeOf(operation).toEqualTypeOf<Operation | 'key'>())
expectTypeOf<Hooks[keyof Hooks]>().toEqualTypeOf<RedstartEvent>()
// @ts-expect-error there is no such hook
events.on('mist', () => undefined)
// @ts-expect-error a hit has no reason
events.on('hit', ({ reason }) => reason)

// What was measured
expectTypeOf(cache.stats()).toEqualTypeOf<CacheStats>()
expectTypeOf(cache.stats({ namespace: 'menu' })).toEqualTypeOf<NamespaceStats>()
expectTypeOf(cache.stats().overall.latency.load).toEqualTypeOf<Latency>()
expectTypeOf(metrics.summary()).toEqualTypeOf<MetricsSummary>()
expectTypeOf(metrics.snapshot()).toEqualTypeOf<MetricsSnapshot>()
createRedstart({ slow: { operation: '20ms', load: 500, key: '100ms', keep: 10 } })
// @ts-expect-error there is no such threshold
createRedstart({ slow: { read: '20ms' } })

// Errors
declare const failure: unknown
if (RedstartError.is(failure)) expectTypeOf(failure.code).toEqualTypeOf<ErrorCode>()
// @ts-expect-error there is no such code
RedstartError.is(failure, 'TIMEOUT')

// Everything that goes in is readonly, so what a caller has frozen fits
type Frozen<T> = { readonly [Name in keyof T]: T[Name] }
expectTypeOf<RedstartOptions>().toEqualTypeOf<Frozen<RedstartOptions>>()
expectTypeOf<NamespaceOptions>().toEqualTypeOf<Frozen<NamespaceOptions>>()
expectTypeOf<SlowOptions>().toEqualTypeOf<Frozen<SlowOptions>>()
expectTypeOf<L1Options>().toEqualTypeOf<Frozen<L1Options>>()
expectTypeOf<SetOptions>().toEqualTypeOf<Frozen<SetOptions>>()
expectTypeOf<GetOrSetOptions<Dish>>().toEqualTypeOf<Frozen<GetOrSetOptions<Dish>>>()
expectTypeOf<DefinitionOptions<[number], Dish>>().toEqualTypeOf<Frozen<DefinitionOptions<[number], Dish>>>()
expectTypeOf<InvalidationTarget>().toEqualTypeOf<Frozen<InvalidationTarget>>()
expectTypeOf<InvalidationOptions>().toEqualTypeOf<Frozen<InvalidationOptions>>()
expectTypeOf<Reached>().toEqualTypeOf<Frozen<Reached>>()
expectTypeOf<{ writable: string }>().not.toEqualTypeOf<Frozen<{ writable: string }>>()

// define: the context stands behind the arguments, so their number must be fixed
// @ts-expect-error an argument that may be left out would put the context in its place
cache.define('menu:optional', { key: (id: number, language?: string) => [id, language ?? 'en'] }, (id) => id)
// @ts-expect-error so would any number of them
cache.define('menu:rest', { key: (...ids: number[]) => ids }, (...ids) => ids.length)
cache.define(
  'menu:undefined',
  { key: (id: number, language: string | undefined) => [id, language ?? 'en'] },
  (id, language, context) => `${id} ${language} ${context.path}`,
)
