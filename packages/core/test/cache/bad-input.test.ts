import { describe, expect, it } from 'vitest'
import { createRedstart, type RedstartOptions } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { redis } from '../../src/redis/index.ts'
import { counter, open, type Watched } from './instance.ts'

/** What TypeScript refuses and JavaScript lets through. */
function untyped(value: unknown): never {
  return value as never // every use is a call that a checked program cannot make
}

/** Printable, and short enough for the name of a test. */
function shown(value: unknown): string {
  const text = typeof value === 'string' || Array.isArray(value) ? JSON.stringify(value) : String(value)
  return text.replace(/[^ -~]/gu, '?').slice(0, 40)
}

/** What is done, what it is refused with. */
type Row = readonly [name: string, act: (instance: Watched) => unknown, message: RegExp, code?: string]

const KEY = /^key is .*; expected a string, a finite number, a bigint, or a non-empty array of those$/
const DURATION = "a duration of \\d ms to 3650 days, such as 500, '250ms', '30s', '5m', '1h' or '7d'$"
const WORD = 'expected 1 to 64 of A-Z a-z 0-9 \\. _ -, beginning with a letter or digit$'
const load = counter()

const keys: readonly Row[] = [
  ['', KEY],
  [[], /^key is an array of 0; expected .*non-empty array/],
  [[''], KEY],
  [['a', {}], KEY],
  [['a', null], KEY],
  [['a', ['b']], KEY],
  [['a', Number.NaN], KEY],
  [Number.NaN, /^key is NaN; expected .*a finite number/],
  [Infinity, /^key is Infinity; expected .*a finite number/],
  [null, /^key is null; /],
  [undefined, /^key is undefined; /],
  [true, /^key is true; /],
  [{ id: 'secret' }, /^key is an object; (?!.*secret)/],
  [new Date(0), /^key is an object; /],
  [() => 1, /^key is a function; /],
  [Symbol('key'), /^key is Symbol\(key\); /],
  ['a\u0000b', /^key is "a\\u0000b"; expected no control characters and no lone surrogates$/],
  ['a\nb', /^key is "a\\nb"; expected no control characters/],
  ['a\u0085', /^key is .*; expected no control characters/],
  ['\ud800', /^key is "\\ud800"; expected no control characters and no lone surrogates$/],
  [['a', 'b\udfff'], /^key is an array of 2; expected no control characters/],
  ['x'.repeat(1100), /^key is "x{80}"\.\.\. \(1100 characters\); expected at most 1024 characters, namespace included: hash what is longer$/],
].flatMap(([key, message]): Row[] => {
  const [bad, text] = [untyped(key), message as RegExp] // the second of each pair
  return [
    [`get(${shown(key)})`, ({ cache }) => cache.namespace('menu').get(bad), text],
    [`set(${shown(key)})`, ({ cache }) => cache.namespace('menu').set(bad, 1), text],
    [`delete(${shown(key)})`, ({ cache }) => cache.namespace('menu').delete(bad), text],
    [`getOrSet(${shown(key)})`, ({ cache }) => cache.namespace('menu').getOrSet(bad, load), text],
    [`a definition's key ${shown(key)}`, ({ cache }) => cache.define('menu', { key: () => bad }, load)(), text],
  ]
})

const wholeKeys: readonly Row[] = [
  ['my menu:1', /^key is "my menu:1"; expected a namespace of A-Z a-z 0-9 \. _ - before the first ':'$/],
  [':1', /^key is ":1"; expected a namespace/],
  ['__proto__:1', /^key is "__proto__:1"; expected a namespace/],
  ['menu:', /^key is "menu:"; expected a key that is not empty$/],
].map(([key, message]): Row => [`get(${shown(key)})`, ({ cache }) => cache.get(untyped(key)), message as RegExp]) // the second of each pair

const names: readonly Row[] = ['', 'my menu', 'a:b', '__proto__', '-a', 'x'.repeat(65), 'menü', 5, null, undefined].flatMap((name): Row[] => [
  [`namespace(${shown(name)})`, ({ cache }) => cache.namespace(untyped(name)), new RegExp(`^namespace is .*; ${WORD}`)],
  ...(name === undefined ? [] : [[`app ${shown(name)}`, () => createRedstart({ app: untyped(name ?? 0) }), new RegExp(`^app is .*; ${WORD}`)] as const]),
])

const DURATIONS: readonly (readonly [unknown, string])[] = [
  ['5 m', '"5 m"'],
  ['5M', '"5M"'],
  ['', '""'],
  ['1e3s', '"1e3s"'],
  ['-5m', '"-5m"'],
  ['soon', '"soon"'],
  [-1, '-1'],
  [Number.NaN, 'NaN'],
  [Infinity, 'Infinity'],
  [1e20, '100000000000000000000'],
  ['3651d', '"3651d"'],
  [null, 'null'],
  [true, 'true'],
  [5n, '5n'],
  [{}, 'an object'],
  [['5m'], 'an array of 1'],
]

const durations: readonly Row[] = [...DURATIONS, [0, '0'] as const, ['0s', '"0s"'] as const].flatMap(([value, text]): Row[] => {
  const bad = untyped(value)
  const message = (what: string): RegExp => new RegExp(`^${what} is ${text}; expected ${DURATION}`)
  const mayBeZero = value === 0 || value === '0s'
  const rows: Row[] = [
    [`getOrSet, ttl ${text}`, ({ cache }) => cache.getOrSet('menu:2', load, { ttl: bad }), message('ttl')],
    [`set, ttl ${text}`, ({ cache }) => cache.set('menu:2', 1, { ttl: bad }), message('ttl')],
    [`define, ttl ${text}`, ({ cache }) => cache.define('menu', { key: () => 1, ttl: bad }, load), message('ttl')],
    [`loadTimeout ${text}`, ({ cache }) => cache.getOrSet('menu:2', load, { loadTimeout: bad }), message('loadTimeout')],
    [`namespaces, ttl ${text}`, () => createRedstart({ namespaces: { menu: { ttl: bad } } }), message('ttl')],
  ]
  if (value !== null) {
    rows.push([`maxStaleness ${text}`, () => createRedstart({ maxStaleness: bad }), message('maxStaleness')])
    rows.push([`deadline ${text}`, () => createRedstart({ deadline: bad }), message('deadline')])
  }
  if (!mayBeZero) rows.push([`stale ${text}`, ({ cache }) => cache.getOrSet('menu:2', load, { stale: bad }), message('stale')])
  return rows
})

const tags: readonly Row[] = ['', 'a\nb', '\udfff', 'x'.repeat(257), 5, null, {}].flatMap((tag): Row[] => {
  const [bad, message] = [untyped(tag), /^tag is .*; expected a string of 1 to 256 characters without control characters or lone surrogates$/]
  return [
    [`getOrSet, tag ${shown(tag)}`, ({ cache }) => cache.getOrSet('menu:2', load, { tags: ['good', bad] }), message],
    [`set, tag ${shown(tag)}`, ({ cache }) => cache.set('menu:2', 1, { tags: [bad] }), message],
    [`invalidate, tag ${shown(tag)}`, ({ invalidate }) => invalidate({ tags: ['good', bad] }), message],
    [`tags of a value, ${shown(tag)}`, ({ cache }) => cache.getOrSet('menu:2', load, { tags: () => [bad] }), message],
    [`ctx.tags(${shown(tag)})`, ({ cache }) => cache.getOrSet('menu:2', ({ tags: add }) => add(bad)), message],
  ]
})

const targets: readonly Row[] = [
  ['nothing', {}, /^the target of invalidate is an object; expected at least one tag, key, namespace or prefix$/],
  ['empty lists', { tags: [], keys: [] }, /^the target of invalidate is an object; expected at least one/],
  ['a tag alone', { tag: 'soups' }, /^the target of invalidate is an object; expected at least one/],
  ['tags that are no list', { tags: 'soups' }, /^tags is "soups"; expected an array of strings$/],
  ['keys that are no list', { keys: { length: 1 } }, /^keys is an object; expected an array of strings$/],
  ['a key that is none', { keys: [null] }, /^key is null; /],
  ['an empty key', { keys: [''] }, /^key is ""; /],
  ['a namespace that is none', { namespace: 'menu:' }, new RegExp(`^namespace is "menu:"; ${WORD}`)],
  ['a prefix without an end', { prefix: 'menu:dish' }, /^prefix is "menu:dish"; expected a prefix that ends at a ':' and has 1 to 8 of them, such as 'orders:42:'; use tags for anything else$/],
  ['an empty prefix', { prefix: '' }, /^prefix is ""; expected a prefix/],
  ['a prefix of nine', { prefix: 'a:b:c:d:e:f:g:h:i:' }, /^prefix is "a:b:c:d:e:f:g:h:i:"; expected .*1 to 8/],
  ['a prefix that is none', { prefix: 5 }, /^prefix is 5; expected a prefix/],
  ['a prefix with a bad namespace', { prefix: 'my menu:' }, new RegExp(`^namespace is "my menu"; ${WORD}`)],
].map(([name, target, message]): Row => [`invalidate ${String(name)}`, ({ invalidate }) => invalidate(untyped(target)), message as RegExp]) // the third of each

const values: readonly Row[] = [
  ['a function', () => 1, /is a function and would not come back the same; store plain data/],
  ['a symbol', { at: Symbol('x') }, /^The value at \$\.at is a symbol/],
  ['an instance of a class', new (class Dish {})(), /^The value at \$ is an instance of Dish/],
  ['a promise', [new Promise(() => undefined)], /^The value at \$\[0\] is an /],
  ['an object with toJSON', { toJSON: () => 1 }, /^The value at \$ is an object with a toJSON method/],
  ['too deep', Array.from({ length: 501 }).reduce<unknown>((inner) => [inner], 1), /is nested deeper than 500 levels/],
].map(([name, value, message]): Row => [`set(${String(name)})`, ({ cache }) => cache.set('menu:1', value), message as RegExp, 'UNSUPPORTED_VALUE']) // the third of each

const definitions: readonly Row[] = [
  ['an empty name', ({ cache }) => cache.define('', { key: () => 1 }, load), new RegExp(`^namespace is ""; ${WORD}`)],
  ['a bad name', ({ cache }) => cache.define('my menu', { key: () => 1 }, load), new RegExp(`^namespace is "my menu"; ${WORD}`)],
  ['control characters in its name', ({ cache }) => cache.define('menu:a\n', { key: () => 1 }, load), /^key is "menu:a\\n:x"; expected no control/],
  ['no key function', ({ cache }) => cache.define('menu', untyped({}), load), /^key is undefined; expected a function from the arguments to a key$/],
  ['a key that is no function', ({ cache }) => cache.define('menu', untyped({ key: 'id' }), load), /^key is "id"; expected a function/],
  [
    'a name that is taken',
    ({ cache }) => [cache.define('menu', { key: () => 1 }, load), cache.define('menu', { key: () => 1 }, load)],
    /^the name of a definition is "menu"; expected one that this instance has not used yet$/,
  ],
]

const options: readonly Row[] = [
  ['consistency', () => createRedstart({ consistency: untyped('eventual') }), /^consistency is "eventual"; expected 'bounded' or 'strict'$/],
  ['strategy', ({ invalidate }) => invalidate({ tags: ['a'] }, { strategy: untyped('soft') }), /^strategy is "soft"; expected 'immediate' or 'lazy'$/],
  ['require', ({ invalidate }) => invalidate({ tags: ['a'] }, { require: untyped('most') }), /^require is "most"; expected 'all' or nothing$/],
  ['a namespace of the options', () => createRedstart({ namespaces: { 'my menu': {} } }), new RegExp(`^namespace is "my menu"; ${WORD}`)],
  ...[0, -1, 1.5, Number.NaN, Infinity, '5', null].flatMap((bound): Row[] => [
    [`l1.maxEntries ${bound}`, () => createRedstart({ l1: { maxEntries: untyped(bound) } }), /^l1\.maxEntries is .*; expected a whole number of at least 1$/],
    [`l1.maxBytes ${bound}`, () => createRedstart({ l1: { maxBytes: untyped(bound) } }), /^l1\.maxBytes is .*; expected a whole number of at least 1$/],
  ]),
  ...[0, -1, 1.5, '5'].map((bound): Row => [`memory ${bound}`, () => memory({ maxBytes: untyped(bound) }), /^memory: maxBytes is .*; expected a whole number of at least 1$/]),
]

const SECRET = 'p4ss/word'
const urls: readonly Row[] = [
  `http://user:${SECRET}@host`,
  `redis//user:${SECRET}@host`,
  `redis://user:${SECRET}@host:6379`,
  `redis://user:p4ss%zz@host:6379`,
  `redis://user:p4ss#word@host:6379`,
  'redis://:p4ssword@host:6379/zero',
  'redis://:p4ssword@host:6379?timeout=5',
  'p4ssword',
  '',
].map((url): Row => [`redis(${shown(url)})`, () => redis(url), /^The Redis URL .*; expected redis:\/\/\[user:password@\]host\[:port\]\[\/db\], or rediss: for TLS(?!.*p4ss)/])

const redisOptions: readonly Row[] = [
  ['redis(5)', () => redis(untyped(5)), /^redis: target is 5; expected a URL, options or an ioredis client$/],
  ['redis(null)', () => redis(untyped(null)), /^redis: target is null; expected a URL/],
  ['port', () => redis({ port: 70_000 }), /^redis: port is 70000; expected a whole number of 1 to 65535$/],
  ['db', () => redis({ db: -1 }), /^redis: db is -1; expected a whole number of 0 to /],
  ['poolSize', () => redis({ poolSize: 0 }), /^redis: poolSize is 0; expected a whole number of 1 to 64$/],
  ['connectTimeout', () => redis({ connectTimeout: untyped('5 s') }), /^redis: connectTimeout is "5 s"; expected a duration/],
]

const TABLE: Readonly<Record<string, readonly Row[]>> = { keys, wholeKeys, names, durations, tags, targets, values, definitions, options, urls, redisOptions }

describe.each(Object.entries(TABLE))('bad input, %s:', (_, rows) => {
  it.each(rows.map(([name, act, message, code = 'INVALID_ARGUMENT']) => ({ name, act, message, code })))('$name is refused, and nothing is changed', async ({ act, message, code }) => {
    const { instance, changes } = await watched()
    const failure = await Promise.resolve()
      .then(() => act(instance))
      .then(
        () => 'nothing was refused',
        (error: unknown) => error,
      )
    expect(failure).toMatchObject({ name: 'RedstartError', code, message: expect.stringMatching(message) })
    expect(changes()).toBe(0)
    expect(await instance.cache.get('menu:1')).toBe('as before')
  })
})

it('a key __proto__ is a key like any other', async () => {
  const { cache } = open()
  await cache.set('__proto__', { polluted: true })
  await cache.set(['menu', '__proto__'], 1)
  expect([await cache.get('__proto__'), await cache.get('menu:__proto__')]).toEqual([{ polluted: true }, 1])
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  expect(Object.keys(cache.stats().namespaces)).toEqual(['default', 'menu'])
})

it('options are not written to, and may be frozen', async () => {
  const frozen: RedstartOptions = Object.freeze({ app: 'shop', l1: Object.freeze({ maxEntries: 5 }), namespaces: Object.freeze({ menu: Object.freeze({ ttl: '5m' }) }) })
  const { cache, invalidate } = createRedstart(frozen)
  await cache.getOrSet('menu:1', () => 1, Object.freeze({ tags: Object.freeze(['a']) }))
  expect(await invalidate(Object.freeze({ tags: Object.freeze(['a']) }), Object.freeze({ strategy: 'lazy' }))).toEqual({ reached: 'all' })
})

/** An instance with one entry, over a store that counts what changes it. */
async function watched(): Promise<{ readonly instance: Watched; readonly changes: () => number }> {
  const backend = memory()
  let changes = 0
  const instance = open({
    backend: {
      ...backend,
      cache(context) {
        const store = backend.cache(context)
        const { write, invalidate } = { write: store.write.bind(store), invalidate: store.invalidate.bind(store) }
        return Object.assign(store, {
          write: (...args: Parameters<typeof write>) => (changes++, write(...args)),
          invalidate: (...args: Parameters<typeof invalidate>) => (changes++, invalidate(...args)),
        })
      },
    },
  })
  await instance.cache.set('menu:1', 'as before')
  changes = 0
  return { instance, changes: () => changes }
}
