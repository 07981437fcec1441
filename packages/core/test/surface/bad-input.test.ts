import { describe, expect, it } from 'vitest'
import { checkKey, createRedstart, keyShape, shortPart } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { redis } from '../../src/redis/index.ts'
import { open, type Watched } from '../cache/instance.ts'
import { describeRefusals, type Row, untyped } from '../cache/refusals.ts'

const load = (): string => 'loaded'
const KEY = 'menu:1'

/** Every call that takes a key, with one that is bad. */
function byKey(what: string, key: unknown, message: RegExp): Row[] {
  const bad = untyped(key)
  const acts: readonly (readonly [string, (instance: Watched) => unknown])[] = [
    ['get', ({ cache }) => cache.get(bad)],
    ['has', ({ cache }) => cache.has(bad)],
    ['getMany', ({ cache }) => cache.getMany([KEY, bad])],
    ['peek', ({ cache }) => cache.peek(bad)],
    ['ttl', ({ cache }) => cache.ttl(bad)],
    ['touch', ({ cache }) => cache.touch(bad)],
    ['getOrSet', ({ cache }) => cache.getOrSet(bad, load)],
    ['set', ({ cache }) => cache.set(bad, 1)],
    [
      'setMany',
      ({ cache }) =>
        cache.setMany([
          [KEY, 'lost'],
          [bad, 1],
        ]),
    ],
    ['delete', ({ cache }) => cache.delete(bad)],
    ['invalidate', ({ invalidate }) => invalidate({ keys: [KEY, bad] })],
    ['a definition', ({ cache }) => cache.define('menu', { key: () => bad }, load)()],
    ['many', ({ cache }) => cache.define('menu', { key: (_id: number) => bad }, load).many([1])],
    ['cached', ({ cache }) => cache.cached('menu', { key: () => bad }, load)()],
    ['a namespace', ({ cache }) => cache.namespace('menu').set(bad, 1)],
    ['a tenant', ({ cache }) => cache.tenant('a').set(bad, 1)],
  ]
  return acts.map(([call, act]) => [`${call} with ${what}`, act, message])
}

/** Every call that takes a duration, with one that is bad. */
function byDuration(what: string, duration: unknown): Row[] {
  const bad = untyped(duration)
  const of = (name: string): RegExp => new RegExp(`^${name} is .*; expected a duration of \\d ms to 3650 days, such as`)
  return [
    [`set for ${what}`, ({ cache }) => cache.set(KEY, 1, { ttl: bad }), of('ttl')],
    [`setMany for ${what}`, ({ cache }) => cache.setMany([[KEY, 1]], { stale: bad }), of('stale')],
    [`touch for ${what}`, ({ cache }) => cache.touch(KEY, { ttl: bad }), of('ttl')],
    [`getOrSet for ${what}`, ({ cache }) => cache.getOrSet('menu:2', load, { ttl: bad }), of('ttl')],
    [
      `getOrSet, negative, for ${what}`,
      ({ cache }) => cache.getOrSet('menu:2', load, { negativeTtl: bad }),
      of('negativeTtl'),
    ],
    [`a loader's ttl of ${what}`, ({ cache }) => cache.getOrSet('menu:2', ({ ttl }) => ttl(bad)), of('ttl')],
    [`a loader's stale of ${what}`, ({ cache }) => cache.getOrSet('menu:2', ({ stale }) => stale(bad)), of('stale')],
    [`define for ${what}`, ({ cache }) => cache.define('menu', { key: () => 1, ttl: bad }, load), of('ttl')],
    [`cached for ${what}`, ({ cache }) => cache.cached('menu', { stale: bad }, load), of('stale')],
    [`a tenant's set for ${what}`, ({ cache }) => cache.tenant('a').set(KEY, 1, { ttl: bad }), of('ttl')],
    [`settle for ${what}`, ({ invalidate }) => invalidate({ keys: [KEY] }, { settle: bad }), of('settle')],
    [`defaults for ${what}`, () => createRedstart({ defaults: { ttl: bad } }), of('ttl')],
    [`namespaces for ${what}`, () => createRedstart({ namespaces: { menu: { ttl: bad } } }), of('ttl')],
    [`maxStaleness of ${what}`, () => createRedstart({ maxStaleness: bad }), of('maxStaleness')],
    [`deadline of ${what}`, () => createRedstart({ deadline: bad }), of('deadline')],
    [`ready within ${what}`, ({ ready }) => ready({ timeout: bad }), of('timeout')],
    [
      `a warmer every ${what}`,
      ({ warmers }) => warmers.register('w', { items: [], warm: load, every: bad }),
      of('every'),
    ],
  ]
}

/** Every call that takes a value, with one that cannot be stored. */
function byValue(what: string, value: unknown, message: RegExp): Row[] {
  return [
    [`set of ${what}`, ({ cache }) => cache.set(KEY, value), message, 'UNSUPPORTED_VALUE'],
    [
      `setMany of ${what}`,
      ({ cache }) =>
        cache.setMany([
          [KEY, 1],
          ['menu:2', value],
        ]),
      message,
      'UNSUPPORTED_VALUE',
    ],
    [`a tenant's set of ${what}`, ({ cache }) => cache.tenant('a').set(KEY, value), message, 'UNSUPPORTED_VALUE'],
  ]
}

/** Every call that takes a prefix, with one that is bad. */
function byPrefix(what: string, prefix: unknown, message: RegExp): Row[] {
  const bad = untyped(prefix)
  return [
    [`invalidate ${what}`, ({ invalidate }) => invalidate({ prefix: bad }), message],
    [
      `invalidate ${what} among others`,
      ({ invalidate }) => invalidate({ keys: [KEY], prefixes: ['menu:', bad] }),
      message,
    ],
    [`a tenant's invalidate ${what}`, ({ cache }) => cache.tenant('a').invalidate({ prefix: bad }), message],
    [`onInvalidate ${what}`, ({ onInvalidate }) => onInvalidate(() => undefined, { prefix: bad }), message],
  ]
}

const TEXT = /^key is .*; expected no control characters and no lone surrogates$/
const BOUNDARY = /^prefix is .*; expected a prefix that ends at a ':' and has 1 to 8 of them, .*purge\(\{ match \}\)$/

const rows: readonly Row[] = [
  ...byKey('an empty key', '', /^key is ""; expected a string, /),
  ...byKey('an empty list as key', [], /^key is an array of 0; expected .*non-empty array/),
  ...byKey(
    'a key of 10 kB',
    'x'.repeat(10_000),
    /^key is "x{80}"\.\.\. \(10000 characters\); expected at most 1024 .*: hash what is longer$/,
  ),
  ...byKey('a key with a newline', 'a\nb', TEXT),
  ...byKey('a key with half a character', 'a\ud83d', TEXT),
  ...byKey('a key that is nothing', null, /^key is null; expected a string, a finite number, /),
  ...byKey('a key that is an object', { secret: 's3cret' }, /^key is an object; (?!.*s3cret)expected a string, /),
  ...byKey('a key that is not a number', Number.NaN, /^key is NaN; expected .*a finite number/),

  ...byDuration('-1', -1),
  ...byDuration('NaN', Number.NaN),
  ...byDuration('Infinity', Infinity),
  ...byDuration('eleven years', '4015d'),
  ...byDuration('a misspelt unit', '5 min'),
  ...byDuration('no unit', '5'),
  ...byDuration('a list', ['5m']),

  ...byValue(
    'a function',
    () => 1,
    /^The value at \$ is a function and would not come back the same; store plain data/,
  ),
  ...byValue('a function inside', { list: [1, { run: () => 1 }] }, /^The value at \$\.list\[1\]\.run is a function/),
  ...byValue('a symbol', Symbol('x'), /^The value at \$ is a symbol/),
  ...byValue(
    'an object of a class',
    new (class Dish {
      readonly name = 'soup'
    })(),
    /^The value at \$ is an instance of Dish/,
  ),
  ...byValue('a promise', Promise.resolve(1), /^The value at \$ is an /),
  [
    'set of 100 kB where 1 kB may be',
    ({ cache }) => cache.set(KEY, 'x'.repeat(100_000), { maxValueBytes: 1000 }),
    /100\d{3} bytes.*1000/,
    'VALUE_TOO_LARGE',
  ],

  ...byPrefix('a prefix that ends inside a part', 'menu:so', BOUNDARY),
  ...byPrefix('a prefix without a colon', 'menu', BOUNDARY),
  ...byPrefix('an empty prefix', '', BOUNDARY),
  ...byPrefix('a prefix with a star', 'menu:*', BOUNDARY),
  ...byPrefix('a prefix that is too deep', 'a:b:c:d:e:f:g:h:i:', BOUNDARY),
  ...byPrefix('a prefix with a newline', 'menu:a\nb:', /^prefix is .*; expected no control characters/),
  ...byPrefix(
    'a prefix of an object',
    ['menu', {}],
    /^prefix is .*; expected no control characters.* parts as keys have them$/,
  ),
  ...byPrefix('a prefix of no namespace', 'my menu:', /^namespace is "my menu"; expected 1 to 64 of A-Z/),

  [
    'setMany of no pairs',
    ({ cache }) => cache.setMany(untyped('ab')),
    /^entries is "ab"; expected pairs of a key and a value/,
  ],
  [
    'setMany of half a pair',
    ({ cache }) => cache.setMany([[KEY, 1], untyped(['menu:2'])]),
    /^an entry is an array of 1; expected a pair/,
  ],
  ['getMany of no list', ({ cache }) => cache.getMany(untyped(KEY)), /^keys is "menu:1"; expected an array of keys$/],
  [
    'many of no list',
    ({ cache }) => cache.define('dish', { key: () => 1 }, load).many(untyped(5)),
    /^items is 5; expected an array$/,
  ],
  [
    'set at no token',
    ({ cache }) => cache.set(KEY, 1, { at: untyped({}) }),
    /^at is an object; expected a token of this instance: await cache\.token\(\)$/,
  ],
  ['a tenant without an id', ({ cache }) => cache.tenant(''), /^the id of a tenant is ""; expected 1 to 64 characters/],
  [
    "a tenant's namespace with a colon",
    ({ cache }) => cache.tenant('a').namespace('menu:b'),
    /^namespace is "menu:b"; expected/,
  ],
  [
    'a key of a part that is nothing',
    () => keyShape('menu', ['id'])({ id: untyped(null) }),
    /^the part id of a key is null; expected a string that is not empty/,
  ],
  [
    'a key shape without names',
    () => keyShape('menu', []),
    /^the names of a key is an array of 0; expected one or more different names$/,
  ],
  ['a short part of 5', () => shortPart('text', 5), /^longest is 5; expected a whole number of at least 32$/],
  [
    'a warmer that is not known',
    ({ warmers }) => warmers.run('menu'),
    /^the name of a warmer is "menu"; expected one of none so far$/,
  ],
  ['purge of everything by mistake', ({ cache }) => cache.purge({ match: '*' }), /all/],
  [
    'a URL of something else',
    () => redis('mysql://user:s3cret@host'),
    /^(?!.*s3cret)The Redis URL .*; expected redis:\/\//,
  ],
]

describeRefusals('the surface', rows)

describe('a key with a special character', () => {
  it.each([
    '{menu}',
    '{',
    '}{',
    'a{b}c',
    'ü',
    '漢字',
    '😀',
    'e\u0301',
    ' ',
    '*',
    '?[a]',
    '%3A',
    '@',
    '__proto__',
    "'",
    '"',
    '\\',
  ])('%j is as good as any', async (key) => {
    const backend = memory()
    const { cache, invalidate, clock } = open({ backend })
    const other = open({ backend, clock })
    const menu = cache.namespace('menu')
    await menu.setMany([
      [key, 'alone'],
      [[key, key], 'pair'],
      [`${key}:x`, 'part'],
    ])
    const read = async (): Promise<unknown[]> => [
      await other.cache.namespace('menu').get(key),
      await other.cache.get(['menu', key, key]),
      await other.cache.get(`menu:${key}:x`),
    ]
    expect(await read()).toEqual(['alone', 'pair', 'part'])
    await menu.delete(key)
    expect(await read()).toEqual([undefined, 'pair', 'part'])
    await invalidate({ prefix: `menu:${key}:` })
    expect((await read())[2]).toBeUndefined()
    expect(checkKey(`shop:menu:${key}`)).toEqual({ valid: true, project: 'shop', module: 'menu', id: key })
  })
})
