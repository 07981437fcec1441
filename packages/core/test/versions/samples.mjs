/**
 * @import { GetOrSetOptions } from '@redstart/core'
 * @import { Notation } from './notation.mjs'
 */

/**
 * An entry to keep: its path, what is remarkable about it, and its value.
 *
 * @typedef {Pick<GetOrSetOptions<unknown>, 'tags' | 'compression' | 'version'>} SampleOptions
 * @typedef {{ path: string, what: string, value: Notation } & SampleOptions} Sample
 */

const many = Array.from({ length: 64 }, (_, n) => `tag:${n}`)

/** @type {readonly Sample[]} */
export const SAMPLES = [
  { path: 'json:null', what: 'null', value: null },
  { path: 'json:true', what: 'true', value: true },
  { path: 'json:number', what: 'a fraction below zero', value: -12.5 },
  { path: 'json:empty', what: 'a text without a character', value: '' },
  { path: 'json:text', what: 'a text beyond ASCII', value: 'naïve 料理 🍜' },
  { path: 'json:half', what: 'half a surrogate pair', value: '\ud83c' },
  { path: 'json:long', what: 'a text of 85 000 characters', value: { repeated: ['soup of the day, ', 5000] } },
  {
    path: 'json:object',
    what: 'objects and arrays in each other',
    value: { object: { id: 42, names: ['Ramen', null, [true, { object: {} }]] } },
  },
  {
    path: 'json:proto',
    what: 'a member __proto__',
    value: { object: JSON.parse('{"__proto__":{"object":{"admin":true}}}') },
  },
  { path: 'json:tags', what: 'as many tags as there may be', value: 'tagged', tags: many },
  {
    path: 'json:names',
    what: 'tags beyond ASCII',
    value: 'tagged',
    tags: ['naïve', '料理', '🍜', '\ufeffmark', '\ufffd'],
  },
  { path: 'json:a:b:c:d:e:f:g:h:i', what: 'a path with more parts than prefixes', value: 'deep' },
  {
    path: 'packed:gzip',
    what: 'a text that is compressed',
    value: { repeated: ['soup of the day, ', 500] },
    compression: {},
  },
  {
    path: 'packed:brotli',
    what: 'objects that are compressed another way, with names',
    value: { object: { soup: { repeated: ['naïve 料理 🍜 ', 300] }, day: 1 } },
    tags: ['packed'],
    compression: { algorithm: 'brotli' },
  },
  {
    path: 'packed:devalue',
    what: 'a Map that is compressed',
    value: { Map: [['long', { repeated: ['x', 3000] }]] },
    compression: { threshold: 0, level: 9 },
  },
  {
    path: 'packed:bytes',
    what: 'bytes that are compressed',
    value: { Uint8Array: Array.from({ length: 2000 }, () => 7) },
    compression: {},
  },
  { path: 'packed:small', what: 'what is too small to be compressed', value: 'soup', compression: {} },
  { path: 'shape:number', what: 'a version that is a number', value: 'shaped', version: 4_294_967_295 },
  { path: 'shape:text', what: 'a version that is a text', value: 'shaped', version: 'v2, naïve 料理' },
  {
    path: 'shape:packed',
    what: 'a version of what is compressed',
    value: { repeated: ['shaped ', 500] },
    version: 'v2',
    compression: {},
  },
  { path: 'bytes:none', what: 'no bytes', value: { Uint8Array: [] } },
  { path: 'bytes:some', what: 'bytes that begin like an entry', value: { Uint8Array: [0xc1, 1, 1, 0x10, 0, 0xff] } },
  { path: 'devalue:undefined', what: 'undefined', value: { undefined: true } },
  { path: 'devalue:nan', what: 'NaN', value: { number: 'NaN' } },
  { path: 'devalue:infinities', what: 'the infinities', value: [{ number: 'Infinity' }, { number: '-Infinity' }] },
  { path: 'devalue:minus-zero', what: 'minus zero', value: { number: '-0' } },
  { path: 'devalue:bigint', what: 'a BigInt beyond 2^64', value: { bigint: '-36893488147419103233' } },
  { path: 'devalue:date', what: 'a Date', value: { Date: '2025-11-21T10:20:30.456Z' } },
  {
    path: 'devalue:map',
    what: 'a Map with keys that are no text',
    value: {
      Map: [
        [1, 'one'],
        [{ object: { a: 1 } }, { undefined: true }],
      ],
    },
  },
  { path: 'devalue:set', what: 'a Set of Sets', value: { Set: ['a', { Set: [1, { bigint: '2' }] }] } },
  { path: 'devalue:url', what: 'a URL', value: { URL: 'https://example.org/menu?day=1#soup' } },
  { path: 'devalue:regexp', what: 'a RegExp', value: { RegExp: ['^so+up$', 'giu'] } },
  { path: 'devalue:buffer', what: 'an ArrayBuffer', value: { ArrayBuffer: [1, 2, 255] } },
  {
    path: 'devalue:sparse',
    what: 'an array with holes',
    value: { sparse: [100, { object: { 7: 'seven', 90: null } }] },
  },
  { path: 'devalue:cycle', what: 'an object that holds itself', value: { named: ['loop', 'self'] } },
  {
    path: 'devalue:views',
    what: 'typed arrays',
    value: [
      { Int8Array: [-1, 1] },
      { Uint8ClampedArray: [0, 255] },
      { Int16Array: [-300] },
      { Uint16Array: [65535] },
      { Int32Array: [-70000] },
      { Uint32Array: [4294967295] },
      { Float32Array: [0.5] },
      { Float64Array: [0.1, 'NaN'] },
      { BigInt64Array: ['-9007199254740993'] },
      { BigUint64Array: ['9007199254740993'] },
    ],
  },
  {
    path: 'devalue:mixed',
    what: 'all kinds in one object',
    value: {
      object: {
        at: { Date: '1969-12-31T23:59:59.999Z' },
        totals: { Map: [['eur', [12.5, { undefined: true }]]] },
        none: null,
      },
    },
  },
]
