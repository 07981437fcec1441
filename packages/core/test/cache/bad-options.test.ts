import { expect, it } from 'vitest'
import { createRedstart, type RedstartOptions } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { redis } from '../../src/redis/index.ts'
import { counter } from './instance.ts'
import { describeRefusals, type Row, shown, untyped, WORD } from './refusals.ts'

const DURATION = "a duration of \\d ms to 3650 days, such as 500, '250ms', '30s', '5m', '1h' or '7d'$"
const load = counter()

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

const durations: readonly Row[] = [...DURATIONS, [0, '0'] as const, ['0s', '"0s"'] as const].flatMap(
  ([value, text]): Row[] => {
    const bad = untyped(value)
    const message = (what: string): RegExp => new RegExp(`^${what} is ${text}; expected ${DURATION}`)
    const mayBeZero = value === 0 || value === '0s'
    const rows: Row[] = [
      [`getOrSet, ttl ${text}`, ({ cache }) => cache.getOrSet('menu:2', load, { ttl: bad }), message('ttl')],
      [`set, ttl ${text}`, ({ cache }) => cache.set('menu:2', 1, { ttl: bad }), message('ttl')],
      [`define, ttl ${text}`, ({ cache }) => cache.define('menu', { key: () => 1, ttl: bad }, load), message('ttl')],
      [
        `loadTimeout ${text}`,
        ({ cache }) => cache.getOrSet('menu:2', load, { loadTimeout: bad }),
        message('loadTimeout'),
      ],
      [`namespaces, ttl ${text}`, () => createRedstart({ namespaces: { menu: { ttl: bad } } }), message('ttl')],
    ]
    if (value !== null) {
      rows.push([`maxStaleness ${text}`, () => createRedstart({ maxStaleness: bad }), message('maxStaleness')])
      rows.push([`deadline ${text}`, () => createRedstart({ deadline: bad }), message('deadline')])
    }
    if (!mayBeZero)
      rows.push([`stale ${text}`, ({ cache }) => cache.getOrSet('menu:2', load, { stale: bad }), message('stale')])
    return rows
  },
)

const values: readonly Row[] = [
  ['a function', () => 1, /is a function and would not come back the same; store plain data/],
  ['a symbol', { at: Symbol('x') }, /^The value at \$\.at is a symbol/],
  [
    'an instance of a class',
    new (class Dish {
      readonly name = 'soup'
    })(),
    /^The value at \$ is an instance of Dish/,
  ],
  ['a promise', [new Promise(() => undefined)], /^The value at \$\[0\] is an /],
  ['an object with toJSON', { toJSON: () => 1 }, /^The value at \$ is an object with a toJSON method/],
  ['too deep', Array.from({ length: 501 }).reduce<unknown>((inner) => [inner], 1), /is nested deeper than 500 levels/],
].map(([name, value, message]): Row => [
  `set(${shown(name)})`,
  ({ cache }) => cache.set('menu:1', value),
  message as RegExp,
  'UNSUPPORTED_VALUE',
]) // the third of each

const definitions: readonly Row[] = [
  ['an empty name', ({ cache }) => cache.define('', { key: () => 1 }, load), new RegExp(`^namespace is ""; ${WORD}`)],
  [
    'a bad name',
    ({ cache }) => cache.define('my menu', { key: () => 1 }, load),
    new RegExp(`^namespace is "my menu"; ${WORD}`),
  ],
  [
    'control characters in its name',
    ({ cache }) => cache.define('menu:a\n', { key: () => 1 }, load),
    /^key is "menu:a\\n:x"; expected no control/,
  ],
  [
    'no key function',
    ({ cache }) => cache.define('menu', untyped({}), load),
    /^the key of a definition is undefined; expected a function$/,
  ],
  [
    'a key that is no function',
    ({ cache }) => cache.define('menu', untyped({ key: 'id' }), load),
    /^the key of a definition is "id"; expected a function/,
  ],
  [
    'a name that is taken',
    ({ cache }) => [cache.define('menu', { key: () => 1 }, load), cache.define('menu', { key: () => 1 }, load)],
    /^the name of a definition is "menu"; expected one that this instance has not used yet$/,
  ],
]

const options: readonly Row[] = [
  ['redefine', () => createRedstart({ redefine: untyped('yes') }), /^redefine is "yes"; expected true or false$/],
  [
    'consistency',
    () => createRedstart({ consistency: untyped('eventual') }),
    /^consistency is "eventual"; expected 'bounded' or 'strict'$/,
  ],
  [
    'strategy',
    ({ invalidate }) => invalidate({ tags: ['a'] }, { strategy: untyped('soft') }),
    /^strategy is "soft"; expected 'immediate' or 'lazy'$/,
  ],
  [
    'require',
    ({ invalidate }) => invalidate({ tags: ['a'] }, { require: untyped('most') }),
    /^require is "most"; expected 'all' or nothing$/,
  ],
  [
    'a namespace of the options',
    () => createRedstart({ namespaces: { 'my menu': {} } }),
    new RegExp(`^namespace is "my menu"; ${WORD}`),
  ],
  ...[0, -1, 1.5, Number.NaN, Infinity, '5', null].flatMap((bound): Row[] => [
    [
      `l1.maxEntries ${bound}`,
      () => createRedstart({ l1: { maxEntries: untyped(bound) } }),
      /^l1\.maxEntries is .*; expected a whole number of at least 1 and at most \d+$/,
    ],
    [
      `l1.maxBytes ${bound}`,
      () => createRedstart({ l1: { maxBytes: untyped(bound) } }),
      /^l1\.maxBytes is .*; expected a whole number of at least 1 and at most \d+$/,
    ],
  ]),
  ...[0, -1, 1.5, '5'].map((bound): Row => [
    `memory ${bound}`,
    () => memory({ maxBytes: untyped(bound) }),
    /^memory: maxBytes is .*; expected a whole number of at least 1$/,
  ]),
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
].map((url): Row => [
  `redis(${shown(url)})`,
  () => redis(url),
  /^The Redis URL .*; expected redis:\/\/\[user:password@\]host\[:port\]\[\/db\],(?!.*p4ss).* rediss for TLS(?!.*p4ss)/,
])

const redisOptions: readonly Row[] = [
  ['redis(5)', () => redis(untyped(5)), /^redis: target is 5; expected a URL, options or an ioredis client$/],
  ['redis(null)', () => redis(untyped(null)), /^redis: target is null; expected a URL/],
  ['port', () => redis({ port: 70_000 }), /^redis: port is 70000; expected a whole number of 1 to 65535$/],
  ['db', () => redis({ db: -1 }), /^redis: db is -1; expected a whole number of 0 to /],
  ['poolSize', () => redis({ poolSize: 0 }), /^redis: poolSize is 0; expected a whole number of 1 to 64$/],
  [
    'connectTimeout',
    () => redis({ connectTimeout: untyped('5 s') }),
    /^redis: connectTimeout is "5 s"; expected a duration/,
  ],
]

describeRefusals('durations', durations)
describeRefusals('values', values)
describeRefusals('definitions', definitions)
describeRefusals('options', options)
describeRefusals('URLs', urls)
describeRefusals('options of redis()', redisOptions)

it('options are not written to, and may be frozen', async () => {
  const frozen: RedstartOptions = Object.freeze({
    app: 'shop',
    l1: Object.freeze({ maxEntries: 5 }),
    namespaces: Object.freeze({ menu: Object.freeze({ ttl: '5m' }) }),
  })
  const { cache, invalidate } = createRedstart(frozen)
  await cache.getOrSet('menu:1', () => 1, Object.freeze({ tags: Object.freeze(['a']) }))
  expect(await invalidate(Object.freeze({ tags: Object.freeze(['a']) }), Object.freeze({ strategy: 'lazy' }))).toEqual({
    reached: 'all',
  })
})
