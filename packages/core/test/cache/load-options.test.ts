import { createRedstart, type NamespaceOptions } from '../../src/index.ts'
import { counter } from './instance.ts'
import { describeRefusals, type Row, shown, untyped } from './refusals.ts'

const load = counter()

const SHARE = /^jitter is .*; expected a number from 0 to 1$/
const EARLY = /^earlyRefresh is .*; expected false, 'xfetch', or a share of the ttl between 0 and 1$/
const HITS = /^admission\.minHits is .*; expected a whole number from 1 to 1000000$/
const COST = /^admission\.minCostMs is .*; expected milliseconds, 0 or more$/

const OPTIONS: readonly (readonly [options: object, message: RegExp])[] = [
  ...[-0.1, 1.1, Number.NaN, '0.5', null].map((jitter) => [{ jitter }, SHARE] as const),
  ...[0, 1, -1, Number.NaN, true, 'early', null].map((earlyRefresh) => [{ earlyRefresh }, EARLY] as const),
  ...[0, 1.5, -1, Number.NaN, 1e7, '2', null].map((minHits) => [{ admission: { minHits } }, HITS] as const),
  ...[-1, Number.NaN, Infinity, '50ms', null].map((minCostMs) => [{ admission: { minCostMs } }, COST] as const),
  [{ admission: null }, /^admission is null; expected an object$/],
  [{ admission: 2 }, /^admission is 2; expected an object$/],
  [{ lease: 1 }, /^lease is 1; expected true or false$/],
  [{ staleWhileRevalidate: 'no' }, /^staleWhileRevalidate is "no"; expected true or false$/],
  ...['softTimeout', 'errorTtl', 'negativeTtl', 'backOff', 'loadTimeout'].flatMap((name) =>
    ['5 m', -1, Number.NaN, Infinity, null].map(
      (value) => [{ [name]: value }, new RegExp(`^${name} is .*; expected a duration of `)] as const,
    ),
  ),
  ...['negativeTtl', 'backOff'].map((name) => [{ [name]: 0 }, new RegExp(`^${name} is 0; expected a`)] as const),
]

describeRefusals(
  'how to load',
  OPTIONS.flatMap(([options, message]): Row[] => {
    const bad: NamespaceOptions = untyped(options)
    const name = shown(JSON.stringify(options, (_, value: unknown) => (Number.isFinite(value) ? value : String(value))))
    return [
      [`getOrSet, ${name}`, ({ cache }) => cache.getOrSet('menu:2', load, bad), message],
      [`define, ${name}`, ({ cache }) => cache.define('menu', { ...bad, key: () => 1 }, load), message],
      [`namespaces, ${name}`, () => createRedstart({ namespaces: { menu: bad } }), message],
    ]
  }),
)

describeRefusals('one call', [
  [
    'cacheIf that is no function',
    ({ cache }) => cache.getOrSet('menu:2', load, { cacheIf: untyped(true) }),
    /^cacheIf is true; expected a function$/,
  ],
  [
    'cacheIf of a definition that is no function',
    ({ cache }) => cache.define('menu', { key: () => 1, cacheIf: untyped('yes') }, load),
    /^cacheIf is "yes"; expected a function$/,
  ],
  [
    'waitUntil that is no function',
    ({ cache }) => cache.getOrSet('menu:2', load, { waitUntil: untyped({}) }),
    /^waitUntil is an object; expected a function$/,
  ],
  [
    'waitUntil of an instance that is no function',
    () => createRedstart({ waitUntil: untyped({}) }),
    /^waitUntil is an object; expected a function$/,
  ],
  [
    'refresh that is no flag',
    ({ cache }) => cache.getOrSet('menu:2', load, { refresh: untyped('yes') }),
    /^refresh is "yes"; expected true or false$/,
  ],
  [
    'a signal that is none',
    ({ cache }) => cache.getOrSet('menu:2', load, { signal: untyped({ aborted: true }) }),
    /^signal is an object; expected an AbortSignal$/,
  ],
])
