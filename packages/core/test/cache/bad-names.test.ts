import { expect, it } from 'vitest'
import { createRedstart } from '../../src/index.ts'
import { counter, open } from './instance.ts'
import { describeRefusals, type Row, shown, untyped, WORD } from './refusals.ts'

const KEY = /^key is .*; expected a string, a finite number, a bigint, or a non-empty array of those$/
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
  [
    'x'.repeat(1100),
    /^key is "x{80}"\.\.\. \(1100 characters\); expected at most 1024 characters, namespace included: hash what is longer$/,
  ],
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

const names: readonly Row[] = [
  '',
  'my menu',
  'a:b',
  '__proto__',
  '-a',
  'x'.repeat(65),
  'menü',
  5,
  null,
  undefined,
].flatMap((name): Row[] => [
  [`namespace(${shown(name)})`, ({ cache }) => cache.namespace(untyped(name)), new RegExp(`^namespace is .*; ${WORD}`)],
  ...(name === undefined
    ? []
    : [
        [
          `app ${shown(name)}`,
          () => createRedstart({ app: untyped(name ?? 0) }),
          new RegExp(`^app is .*; ${WORD}`),
        ] as const,
      ]),
])

const tags: readonly Row[] = ['', 'a\nb', '\udfff', 'x'.repeat(257), 5, null, {}].flatMap((tag): Row[] => {
  const [bad, message] = [
    untyped(tag),
    /^tag is .*; expected a string of 1 to 256 characters without control characters or lone surrogates$/,
  ]
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
  ['a tag alone', { tag: 'soups' }, /^a member of the target of invalidate is "tag"; expected one of tags, /],
  [
    'a wrong word beside a right one',
    { tags: ['good'], key: 'menu:1' },
    /^a member of the target of invalidate is "key"; /,
  ],
  ['tags that are no list', { tags: 'soups' }, /^tags is "soups"; expected an array of strings$/],
  ['keys that are no list', { keys: { length: 1 } }, /^keys is an object; expected an array of strings$/],
  ['a key that is none', { keys: [null] }, /^key is null; /],
  ['an empty key', { keys: [''] }, /^key is ""; /],
  ['a namespace that is none', { namespace: 'menu:' }, new RegExp(`^namespace is "menu:"; ${WORD}`)],
  [
    'a prefix without an end',
    { prefix: 'menu:dish' },
    /^prefix is "menu:dish"; expected a prefix that ends at a ':' and has 1 to 8 of them, such as 'orders:42:'; use tags for anything else, or purge\(\{ match \}\)$/,
  ],
  ['an empty prefix', { prefix: '' }, /^prefix is ""; expected a prefix/],
  ['a prefix of nine', { prefix: 'a:b:c:d:e:f:g:h:i:' }, /^prefix is "a:b:c:d:e:f:g:h:i:"; expected .*1 to 8/],
  ['a prefix that is none', { prefix: 5 }, /^prefix is 5; expected a prefix/],
  ['a prefix with a bad namespace', { prefix: 'my menu:' }, new RegExp(`^namespace is "my menu"; ${WORD}`)],
].map(([name, target, message]): Row => [
  `invalidate ${shown(name)}`,
  ({ invalidate }) => invalidate(untyped(target)),
  message as RegExp,
]) // the third of each

describeRefusals('keys', keys)
describeRefusals('whole keys', wholeKeys)
describeRefusals('names', names)
describeRefusals('tags', tags)
describeRefusals('targets', targets)

it('a key __proto__ is a key like any other', async () => {
  const { cache } = open()
  await cache.set('__proto__', { polluted: true })
  await cache.set(['menu', '__proto__'], 1)
  expect([await cache.get('__proto__'), await cache.get('menu:__proto__')]).toEqual([{ polluted: true }, 1])
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  expect(Object.keys(cache.stats().namespaces)).toEqual(['default', 'menu'])
})
