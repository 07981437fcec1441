import { expectTypeOf } from 'vitest'
import {
  type Backend,
  type BatchContext,
  type Cache,
  type CacheStats,
  type Cached,
  type CachedOptions,
  cacheAside,
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
  keyShape,
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
  type Peeked,
  type Reached,
  type Readiness,
  type Redstart,
  RedstartError,
  type RedstartEvent,
  type RedstartOptions,
  refreshAhead,
  type Remaining,
  type SetManyOptions,
  type SetOptions,
  type SlowOptions,
  type Tenant,
  type Token,
  type WarmerOptions,
  type WarmingResult,
  writeThrough,
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

// many and peek: of a definition's one argument and its value
const counted = cache.define(
  'menu:counted',
  {
    key: (id: number) => id,
    loadMany: async (ids, context) => {
      expectTypeOf(ids).toEqualTypeOf<readonly number[]>()
      expectTypeOf(context).toEqualTypeOf<BatchContext>()
      return ids.map((id) => ({ id, category: 'soups' }))
    },
  },
  (id) => load(id),
)
expectTypeOf(counted).toEqualTypeOf<Definition<[id: number], Dish>>()
expectTypeOf(counted.many([1, 2])).toEqualTypeOf<Promise<Map<number, Dish>>>()
expectTypeOf(counted.many([1] as const)).toEqualTypeOf<Promise<Map<number, Dish>>>()
// @ts-expect-error items of another type
void counted.many(['1'])
// @ts-expect-error one is no list
void counted.many(1)
cache.define(
  'menu:mapped',
  { key: (id: number) => id, loadMany: (ids) => new Map(ids.map((id) => [id, { id, category: 'soups' }])) },
  (id) => load(id),
)
cache.define(
  'menu:others',
  { key: (id: number) => id, loadMany: (ids: readonly number[]) => ids.map(String) },
  // @ts-expect-error other values than the batch loader's
  (id: number): Promise<Dish> => load(id),
)
cache.define(
  'menu:one-value',
  // @ts-expect-error one value is no list of values
  { key: (id: number) => id, loadMany: (ids: readonly number[]): Dish => ({ id: ids.length, category: '' }) },
  (id: number): Promise<Dish> => load(id),
)
// @ts-expect-error of two arguments there is no one item
void translated.many([1])
expectTypeOf(translated.many).parameter(0).toEqualTypeOf<readonly never[]>()
const peeked = counted.peek(1)
expectTypeOf(peeked).toEqualTypeOf<
  { readonly hit: true; readonly value: Dish; readonly stale: boolean } | { readonly hit: false }
>()
if (peeked.hit) expectTypeOf(peeked.value).toEqualTypeOf<Dish>()
// @ts-expect-error a miss has no value
void peeked.value
// @ts-expect-error an argument of another type
counted.peek('1')
expectTypeOf(cache.peek('menu:1')).toEqualTypeOf<Peeked>()
if (cache.peek('menu:1').hit) expectTypeOf<Extract<Peeked, { hit: true }>['value']>().toEqualTypeOf<unknown>()

// has, getMany, ttl, touch, setMany, token
expectTypeOf(cache.has('menu:1')).toEqualTypeOf<Promise<boolean>>()
expectTypeOf(cache.getMany(['menu:1', 2])).toEqualTypeOf<Promise<Map<'menu:1' | 2, unknown>>>()
expectTypeOf(cache.ttl('menu:1')).toEqualTypeOf<Promise<Remaining | undefined>>()
expectTypeOf(cache.touch('menu:1', { ttl: '5m', stale: '1h' })).toEqualTypeOf<Promise<boolean>>()
expectTypeOf(cache.setMany([['menu:1', 1]], { ttl: '5m' })).toEqualTypeOf<Promise<Reached>>()
void cache.setMany(new Map([[['menu', 1], 1]]))
void cache.token().then((at) => cache.set('menu:1', 1, { at }))
// @ts-expect-error a key alone is no list
void cache.getMany('menu:1')
// @ts-expect-error values have keys
void cache.setMany(['menu:1'])
// @ts-expect-error a moment is of one value
void cache.setMany([['menu:1', 1]], { at: undefined as unknown as Token })
// @ts-expect-error a number is no token
void cache.set('menu:1', 1, { at: 5 })
// @ts-expect-error a loader is nothing to touch with
void cache.touch('menu:1', { loadTimeout: '5s' })

// cached: called like the function
const price = cache.cached(
  'prices',
  { ttl: '5m', tags: (value, id) => [value.currency, `${id}`] },
  async (id: number, currency: 'sek' | 'eur') => ({
    id,
    currency,
  }),
)
expectTypeOf(price).toEqualTypeOf<
  Cached<[id: number, currency: 'sek' | 'eur'], { id: number; currency: 'sek' | 'eur' }>
>()
expectTypeOf(price(1, 'sek')).toEqualTypeOf<Promise<{ id: number; currency: 'sek' | 'eur' }>>()
expectTypeOf(price.keyOf(1, 'sek')).toEqualTypeOf<string>()
expectTypeOf(price.invalidate(1, 'sek')).toEqualTypeOf<Promise<Reached>>()
// @ts-expect-error an argument is missing
void price(1)
// @ts-expect-error no such currency
void price(1, 'usd')
expectTypeOf(cache.cached('prices:now', {}, () => 5)()).toEqualTypeOf<Promise<number>>()
const maybe = cache.cached('prices:maybe', {}, (id?: number) => id)
expectTypeOf(maybe()).toEqualTypeOf<Promise<number | undefined>>()
expectTypeOf(maybe(1)).toEqualTypeOf<Promise<number | undefined>>()
// @ts-expect-error a batch loader is of definitions
cache.cached('prices:many', { loadMany: (ids: readonly number[]) => ids }, (id: number) => id)
// @ts-expect-error an object is no key
cache.cached('prices:object', { key: (id: number) => ({ id }) }, (id: number) => id)

// The decorator: of methods that return promises, as they are
class Menu {
  @cache.cached('decorated', { ttl: '5m' })
  async dish(id: number): Promise<Dish> {
    return load(id)
  }

  @cache.cached('decorated:typed', { key: (id: number) => id, tags: (value: Dish, id) => [value.category, `${id}`] })
  async typed(id: number): Promise<Dish> {
    return load(id)
  }

  @cache.cached('decorated:static')
  static async all(): Promise<Dish[]> {
    return [await load(1)]
  }

  // @ts-expect-error a method that returns no promise would return one
  @cache.cached('decorated:sync')
  sync(id: number): number {
    return id
  }

  // @ts-expect-error a key of other arguments
  @cache.cached('decorated:other', { key: (id: string) => id })
  async other(id: number): Promise<Dish> {
    return load(id)
  }

  // @ts-expect-error tags of another value
  @cache.cached('decorated:tags', { tags: (value: string) => [value] })
  async tagged(id: number): Promise<Dish> {
    return load(id)
  }

  // @ts-expect-error a field is no method
  @cache.cached('decorated:field')
  field = async (id: number): Promise<Dish> => load(id)
}
expectTypeOf(new Menu().dish).toEqualTypeOf<(id: number) => Promise<Dish>>()
expectTypeOf(Menu.all()).toEqualTypeOf<Promise<Dish[]>>()
// @ts-expect-error an argument of another type
void new Menu().dish('1')

// Tenants, warmers, key shapes, waiting, named patterns
expectTypeOf(cache.tenant('acme')).toEqualTypeOf<Tenant>()
expectTypeOf(
  cache
    .tenant('acme')
    .namespace('menu')
    .getOrSet(1, () => load(1)),
).toEqualTypeOf<Promise<Dish>>()
expectTypeOf<Tenant>().not.toHaveProperty('define')
const { warmers, ready } = createRedstart()
expectTypeOf(ready({ timeout: '5s' })).toEqualTypeOf<Promise<Readiness>>()
warmers.register('dishes', {
  items: async () => [1, 2],
  warm: (id, { signal }) => {
    expectTypeOf(id).toEqualTypeOf<number>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
  },
  every: '5m',
})
warmers.register('others', { items: new Set(['a']), warm: (name) => expectTypeOf(name).toEqualTypeOf<string>() })
// @ts-expect-error items of another type than what warms them takes
warmers.register('wrong', { items: ['a'], warm: (id: number) => counted(id) })
expectTypeOf(warmers.run('dishes')).toEqualTypeOf<Promise<WarmingResult>>()
const order = keyShape('orders', ['tenant', 'id'])
expectTypeOf(order({ tenant: 'acme', id: 5n })).toEqualTypeOf<string>()
expectTypeOf(order.parse('orders:acme:5')).toEqualTypeOf<Readonly<Record<'tenant' | 'id', string>> | undefined>()
// @ts-expect-error a part is missing
order({ tenant: 'acme' })
// @ts-expect-error there is no such part
order({ tenant: 'acme', id: 1, line: 2 })
expectTypeOf(writeThrough(cache, 'menu:1', 5, (value) => expectTypeOf(value).toEqualTypeOf<number>())).toEqualTypeOf<
  Promise<Reached>
>()
expectTypeOf(cacheAside(cache.namespace('menu'), 1, () => load(1))).toEqualTypeOf<Promise<Dish>>()
expectTypeOf(refreshAhead(cache, 'menu:1', () => load(1), { threshold: 0.5 })).toEqualTypeOf<Promise<Dish>>()
// @ts-expect-error it has a threshold
void refreshAhead(cache, 'menu:1', () => load(1), { earlyRefresh: 0.5 })
expectTypeOf<SetManyOptions>().toEqualTypeOf<Frozen<SetManyOptions>>()
expectTypeOf<WarmerOptions<number>>().toEqualTypeOf<Frozen<WarmerOptions<number>>>()
expectTypeOf<CachedOptions<[number], Dish>>().toEqualTypeOf<Frozen<CachedOptions<[number], Dish>>>()
