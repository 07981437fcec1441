import { describe, expect, it } from 'vitest'
import type { StandardSchemaResult, StandardSchemaV1 } from '../../src/index.ts'
import { heldLoader, open } from './instance.ts'
import { openMemory } from './stored-bytes.ts'

interface Dish {
  readonly name: string
}

/** A schema by hand; counts what it is asked. */
function schemaOf<T>(
  validate: (value: unknown) => StandardSchemaResult<T> | Promise<StandardSchemaResult<T>>,
): StandardSchemaV1<unknown, T> & { readonly asked: unknown[] } {
  const asked: unknown[] = []
  return {
    asked,
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(value) {
        asked.push(value)
        return validate(value)
      },
    },
  }
}

function parseDish(value: unknown): StandardSchemaResult<Dish> {
  const { name } = (value ?? {}) as { name?: unknown }
  if (typeof name === 'string') return { value: { name: name.trim() } }
  return { issues: [{ message: `Expected string but received ${JSON.stringify(name)}`, path: ['name'] }] }
}

const dishSchema = (): ReturnType<typeof schemaOf<Dish>> => schemaOf(parseDish)
const slowDishSchema = (): ReturnType<typeof schemaOf<Dish>> => schemaOf(async (value) => parseDish(value))

describe.each([
  ['at once', dishSchema],
  ['later', slowDishSchema],
])('a schema that answers %s', (_, make) => {
  it('gives callers what it makes of a loaded value, frozen, and is not asked again while memory has it', async () => {
    const { cache } = open()
    const schema = make()
    const read = (): Promise<Dish> => cache.getOrSet('menu:1', () => ({ name: ' soup ' }), { schema })
    const first = await read()
    expect(first).toEqual({ name: 'soup' })
    expect(Object.isFrozen(first)).toBe(true)
    expect(await read()).toBe(first)
    expect(schema.asked).toEqual([{ name: ' soup ' }])
  })

  it('checks what another instance stored once when it enters', async () => {
    const place = openMemory()
    const one = open({ backend: place.backend, app: place.app })
    await one.cache.getOrSet('menu:1', () => ({ name: ' soup ' }))
    const other = open({ backend: place.backend, app: place.app, clock: one.clock })
    const schema = make()
    const dish = other.cache.define('menu', { key: (id: number) => id, schema }, (): Dish => expect.fail('no load'))
    expect(await Promise.all([dish(1), dish(1)])).toEqual([{ name: 'soup' }, { name: 'soup' }])
    expect(await dish(1)).toBe(await dish(1))
    expect(schema.asked).toHaveLength(1)
    expect(dish.peek(1)).toEqual({ hit: true, value: { name: 'soup' }, stale: false })
    expect(other.of('cache.hit')[0]).toMatchObject({ tier: 'l2' })
  })

  it('makes a miss of what was stored and does not fit, which the loaded value replaces', async () => {
    const place = openMemory()
    const one = open({ backend: place.backend, app: place.app })
    await one.cache.set('menu:1', { name: 42, secret: 'hunter2' })
    const other = open({ backend: place.backend, app: place.app, clock: one.clock })
    const schema = make()
    expect(await other.cache.getOrSet('menu:1', () => ({ name: 'soup' }), { schema })).toEqual({ name: 'soup' })
    expect(other.of('cache.miss')).toMatchObject([{ reason: 'schema' }])
    expect(other.of('cache.reject')).toEqual([
      { type: 'cache.reject', namespace: 'menu', key: 'menu:1', origin: 'stored', issues: ['$.name'] },
    ])
    expect(other.of('cache.write')).toMatchObject([{ outcome: 'stored' }])
    expect(await open({ backend: place.backend, app: place.app, clock: one.clock }).cache.get('menu:1')).toEqual({
      name: 'soup',
    })
  })

  it('rejects a loaded value that does not fit, before it is stored, without saying it', async () => {
    const place = openMemory()
    const { cache, of } = open({ backend: place.backend, app: place.app })
    const load = (): Dish => ({ name: 42 }) as unknown as Dish
    const failure: unknown = await cache.getOrSet('menu:1', load, { schema: make() }).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'VALUE_REJECTED',
      message: 'the value loaded for "menu:1" does not fit its schema: $.name',
    })
    expect(await place.bytesAt('menu:1')).toBeUndefined()
    expect(of('cache.reject')).toMatchObject([{ origin: 'loaded', issues: ['$.name'] }])
    expect(cache.stats().namespaces['menu']).toMatchObject({ loads: 1, loadErrors: 1, writes: 0 })
  })
})

describe('a schema', () => {
  it.each([
    ['throws', () => expect.fail('secret')],
    ['rejects', () => Promise.reject(new Error('secret'))],
  ])('that %s refuses the value, and what it threw is not told', async (_, validate) => {
    const { cache, of } = open()
    const schema = schemaOf<string>(validate)
    const failure: unknown = await cache.getOrSet('menu:1', () => 'soup', { schema }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'VALUE_REJECTED', message: expect.stringMatching(/schema threw/) })
    expect(JSON.stringify([of('cache.reject'), String(failure)])).not.toContain('secret')
  })

  it('that never answers refuses the value after 5 s', async () => {
    const { cache, clock } = open()
    const schema = schemaOf<string>(() => new Promise(() => undefined))
    const read = cache.getOrSet('menu:1', () => 'soup', { schema })
    const failure = expect(read).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    await clock.advanceAsync(5000)
    await failure
  })

  it('that refuses a refresh lets the stale value be served', async () => {
    const { cache, clock } = open()
    const schema = dishSchema()
    const options = { ttl: '1s', stale: '1m', staleWhileRevalidate: false, schema } as const
    await cache.getOrSet('menu:1', () => ({ name: 'soup' }), options)
    await clock.advanceAsync(1000)
    const load = (): Dish => ({}) as Dish
    expect(await cache.getOrSet('menu:1', load, options)).toEqual({ name: 'soup' })
  })

  it('that makes something else of a value gets the stored one at each entry, never its own output', async () => {
    const place = openMemory()
    const schema = schemaOf((value) =>
      typeof value === 'string'
        ? { value: new Date(value) as unknown as string }
        : { issues: [{ message: 'no text' }] },
    )
    const one = open({ backend: place.backend, app: place.app })
    const read = ({ cache }: typeof one): Promise<unknown> =>
      cache.getOrSet('menu:1', () => '2025-11-21T00:00:00.000Z', { schema })
    const other = open({ backend: place.backend, app: place.app, clock: one.clock })
    const dates = [await read(one), await read(one), await read(other), await read(other)]
    expect(dates).toEqual(Array.from({ length: 4 }, () => new Date('2025-11-21T00:00:00.000Z')))
    ;(dates[1] as Date).setTime(0)
    expect(await read(one)).toEqual(new Date('2025-11-21T00:00:00.000Z'))
    expect(schema.asked).toHaveLength(2)
  })

  it('whose output cannot be copied gives it to those who wait and to nobody else', async () => {
    const { cache } = open()
    class Plate {
      readonly dish = 'soup'
    }
    const schema = schemaOf(() => ({ value: new Plate() }))
    const read = (): Promise<unknown> => cache.getOrSet('menu:1', () => new Plate(), { schema })
    const [one, two] = await Promise.all([read(), read()])
    expect(one).toBeInstanceOf(Plate)
    expect(two).toBe(one)
    expect(await read()).not.toBe(one)
  })

  it('checks a value that cannot be stored, too', async () => {
    const { cache } = open()
    const load = (): Dish => ({ name: 42, print: () => undefined }) as unknown as Dish
    await expect(cache.getOrSet('menu:1', load, { schema: dishSchema() })).rejects.toMatchObject({
      code: 'VALUE_REJECTED',
    })
  })

  it('does not let a reader without it, or with another, take what it made', async () => {
    const place = openMemory()
    const { cache } = open({ backend: place.backend, app: place.app })
    const [one, other] = [dishSchema(), schemaOf(() => ({ value: { name: 'other' } }))]
    const read = (schema: StandardSchemaV1<unknown, Dish>): Promise<Dish> =>
      cache.getOrSet('menu:1', () => ({ name: ' soup ' }), { schema })
    expect(await read(one)).toEqual({ name: 'soup' })
    expect(await read(other)).toEqual({ name: 'other' })
    expect(await cache.get('menu:1')).toEqual({ name: ' soup ' })
    expect(await read(one)).toEqual({ name: 'soup' })
    expect(cache.peek('menu:1')).toEqual({ hit: false })
  })

  it('has readers with another wait for its load and then look for themselves', async () => {
    const { cache, clock } = open()
    const { load, calls } = heldLoader<Dish>()
    const upper = schemaOf((value) => ({ value: { name: (value as Dish).name.toUpperCase() } }))
    const first = cache.getOrSet('menu:1', load, { schema: dishSchema() })
    await clock.advanceAsync(1)
    const second = cache.getOrSet('menu:1', load, { schema: upper })
    await clock.advanceAsync(1)
    expect(calls).toHaveLength(1)
    calls[0]?.pass({ name: ' soup ' })
    expect(await first).toEqual({ name: 'soup' })
    expect(await second).toEqual({ name: ' SOUP ' })
    expect(calls).toHaveLength(1)
  })

  it('is not blamed for what another one refuses', async () => {
    const { cache, clock } = open()
    const { load, calls } = heldLoader<Dish>()
    const strict = schemaOf<Dish>(() => ({ issues: [{ message: 'never' }] }))
    const first = expect(cache.getOrSet('menu:1', load, { schema: strict })).rejects.toThrow(/never/)
    await clock.advanceAsync(1)
    const second = cache.getOrSet('menu:1', load, { schema: dishSchema() })
    await clock.advanceAsync(1)
    calls[0]?.pass({ name: 'soup' })
    await first
    await clock.advanceAsync(1)
    calls[1]?.pass({ name: 'soup' })
    expect(await second).toEqual({ name: 'soup' })
  })

  it('is told apart from words that quote the value, whatever the library', async () => {
    const { cache } = open()
    const value = { card: '4111', at: new Date(0), 'odd key': ['x', { deep: 'hunter2' }] }
    const schema = schemaOf<typeof value>(() => ({
      issues: [
        { message: 'got 4111', path: ['card'] },
        { message: 'too short', path: [{ key: 'card' }] },
        { message: `got ${value.at.toString()}`, path: ['at'] },
        { message: 'got "hunter2"', path: ['odd key', 1, 'deep'] },
        { message: 'is wrong' },
        { message: 'was {"card":"4111"}' },
        { message: 'not shown', path: ['nowhere', 'at', 'all'] },
      ],
    }))
    await expect(cache.getOrSet('menu:1', () => value, { schema })).rejects.toThrow(
      'does not fit its schema: $.card; $.card: too short; $.at; $["odd key"][1].deep; $: is wrong; and 2 more',
    )
  })

  it('must be one', async () => {
    const { cache } = open()
    const schemas = [null, {}, { '~standard': { version: 2, validate: () => ({ value: 1 }) } }, () => 1]
    for (const schema of schemas as unknown as StandardSchemaV1<unknown, number>[]) {
      const refusal = { code: 'INVALID_ARGUMENT', message: expect.stringMatching(/^schema is .*~standard/) }
      await expect(cache.getOrSet('menu:1', () => 1, { schema })).rejects.toMatchObject(refusal)
      expect(() => cache.define('menu', { key: () => 1, schema }, () => 1)).toThrow(expect.objectContaining(refusal))
    }
  })

  it('may be a function, as those of ArkType are', async () => {
    const { cache } = open()
    const schema = Object.assign(
      () => undefined,
      schemaOf(() => ({ value: 7 })),
    )
    expect(await cache.getOrSet('menu:1', () => 1, { schema })).toBe(7)
  })
})
