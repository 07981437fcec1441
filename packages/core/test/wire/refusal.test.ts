import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { RedstartError } from '../../src/errors.ts'
import { DEEPEST_VALUE, encodeValue } from '../../src/wire/index.ts'

class Account {
  readonly owner = 'secret'
}

class Names extends Array<string> {}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8)
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function followed(): object {
  return new AsyncLocalStorage().run('secret', () => Promise.resolve('secret'))
}

function caught(value: unknown): RedstartError {
  try {
    encodeValue(value)
  } catch (error) {
    if (RedstartError.is(error, 'UNSUPPORTED_VALUE')) return error
    throw error
  }
  throw new Error('the value was taken')
}

function message(value: unknown): string {
  return caught(value).message
}

describe('a value that would not come back the same', () => {
  const refused: Readonly<Record<string, readonly [unknown, string]>> = {
    'a function': [{ user: { avatar: () => 'secret' } }, '$.user.avatar is a function'],
    'a symbol': [[1, Symbol('secret')], '$[1] is a symbol'],
    'an instance of a class': [{ 'two words': [new Account()] }, '$["two words"][0] is an instance of Account'],
    'a subclass of Array': [Names.of('secret'), '$ is an instance of Names'],
    'a subclass of Map': [new (class Index extends Map {})(), '$ is an instance of Index'],
    'an instance without a name': [
      new (class {
        readonly a = 1
      })(),
      '$ is an instance of a class',
    ],
    'an Error': [{ error: new TypeError('secret') }, '$.error is an instance of TypeError'],
    'a promise': [{ later: Promise.resolve('secret') }, '$.later is an instance of Promise'],
    'a promise of whoever follows what is asynchronous': [followed(), '$ is an instance of Promise'],
    'a WeakMap': [new WeakMap(), '$ is an instance of WeakMap'],
    'a boxed symbol': [Object(Symbol('secret')), '$ is an instance of Symbol'],
    'raw shared memory': [new SharedArrayBuffer(1), '$ is an instance of SharedArrayBuffer'],
    'inside a Map': [new Map([['secret', new Map([[{}, () => 1]])]]), '$.<value 0>.<value 0> is a function'],
    'a key of a Map': [new Map([[Symbol('secret'), 1]]), '$.<key 0> is a symbol'],
    'inside a Set': [new Set([1, new Account()]), '$.<member 1> is an instance of Account'],
    'a symbol key': [{ a: 1, [Symbol('secret')]: 1 }, '$ is an object with symbol keys'],
    'an array with named properties': ['a secret'.match(/secret/), '$ is an array with named properties'],
    'a Date with a property': [Object.assign(new Date(), { zone: 'secret' }), '$ is a built-in object with properties'],
    'a String with a property': [
      Object.assign(Object('text'), { more: 'secret' }),
      '$ is a built-in object with properties',
    ],
    'a RegExp in use': [Object.assign(/a/g, { lastIndex: 1 }), '$ is a RegExp in use'],
    'a toJSON method': [{ toJSON: () => 'secret' }, '$ is an object with a toJSON'],
    'a hidden toJSON method': [Object.defineProperty({}, 'toJSON', { value: () => 1 }), '$ is an object with a toJSON'],
    'a __proto__ that devalue cannot keep': [
      { a: JSON.parse('{"__proto__":1}') as unknown, b: 1n },
      '$.a.__proto__ is a property',
    ],
    'nesting too deep': [nested(DEEPEST_VALUE + 1), 'is nested deeper than 500 levels'],
    'nesting without end': [nested(100_000), 'is nested deeper than 500 levels'],
    'a false Date': [Object.create(Date.prototype) as unknown, 'cannot be read as plain data'],
    'a throwing accessor': [
      {
        get name() {
          throw new Error('secret')
        },
      },
      'cannot be read as plain data',
    ],
    'a revoked proxy': [revoked(), 'cannot be read as plain data'],
    'a detached buffer': [[detached()], 'cannot be read as plain data'],
  }

  it.each(Object.entries(refused))('%s is refused by its place, without content', (_, [value, place]) => {
    expect(message(value)).toContain(place)
    expect(message(value)).not.toContain('secret')
  })

  it('does not carry the value in the cause of its error, but does carry what an accessor threw', () => {
    const thrown = new Error('from the accessor')
    const throwing = Object.defineProperty({}, 'name', {
      enumerable: true,
      get: () => {
        throw thrown
      },
    })
    expect(caught(throwing).cause).toBe(thrown)
    let reads = 0
    const changing = Object.defineProperty({ a: 1n }, 'name', {
      enumerable: true,
      get: () => (reads++ === 0 ? 1 : caught),
    })
    expect(caught(changing).cause).toBeUndefined()
    expect(reads).toBe(2)
  })

  it('keeps the place short', () => {
    expect(message({ ['k'.repeat(5000)]: () => 1 }).length).toBeLessThan(500)
  })
})

it('refuses text longer than a string can be as too large', () => {
  const value = {
    get text() {
      return 'x'.repeat(2 ** 30)
    },
  }
  expect(() => encodeValue(value)).toThrow(expect.objectContaining({ code: 'VALUE_TOO_LARGE' }))
})
