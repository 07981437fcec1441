import { describe, expect, it } from 'vitest'
import { invalidArgument, RedstartError } from '../../src/errors.ts'

describe('RedstartError', () => {
  it('has a name, a code, a message and the cause', () => {
    const cause = new Error('socket')
    const error = new RedstartError('STORE_FAILED', 'Redis answered OOM', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'RedstartError', code: 'STORE_FAILED', message: 'Redis answered OOM', cause })
    expect(String(error)).toBe('RedstartError: Redis answered OOM')
  })

  it('is recognised by its mark, so another copy of the package recognises it, too', () => {
    const foreign = Object.assign(new Error('x'), { code: 'CLOSED' })
    expect(RedstartError.is(foreign)).toBe(false)
    Object.defineProperty(foreign, Symbol.for('redstart.error'), { value: true })
    expect(RedstartError.is(foreign)).toBe(true)
    expect(RedstartError.is(foreign, 'CLOSED')).toBe(true)
    expect(RedstartError.is(foreign, 'STORE_TIMEOUT')).toBe(false)
  })

  it.each([undefined, null, 'CLOSED', 5, {}, new Error('x')])('is not %s', (value) => {
    expect(RedstartError.is(value)).toBe(false)
  })

  it('shows its mark neither in JSON nor in a list of its properties', () => {
    expect(JSON.stringify(new RedstartError('CLOSED', 'x'))).toBe('{"name":"RedstartError","code":"CLOSED"}')
    expect(Object.getOwnPropertySymbols(Object.assign({}, new RedstartError('CLOSED', 'x')))).toEqual([])
  })
})

describe('an argument that is not allowed', () => {
  it.each<[unknown, string]>([
    ['5 m', 'ttl is "5 m"; expected a duration'],
    ['"\n', 'ttl is "\\"\\n"; expected a duration'],
    ['x'.repeat(81), `ttl is "${'x'.repeat(80)}"... (81 characters); expected a duration`],
    [-1, 'ttl is -1; expected a duration'],
    [Number.NaN, 'ttl is NaN; expected a duration'],
    [5n, 'ttl is 5n; expected a duration'],
    [null, 'ttl is null; expected a duration'],
    [undefined, 'ttl is undefined; expected a duration'],
    [true, 'ttl is true; expected a duration'],
    [Symbol('secret'), 'ttl is Symbol(secret); expected a duration'],
    [() => 'secret', 'ttl is a function; expected a duration'],
    [['secret', 'too'], 'ttl is an array of 2; expected a duration'],
    [{ password: 'secret' }, 'ttl is an object; expected a duration'],
    [Object.create(null), 'ttl is an object; expected a duration'],
  ])('%#: is named with its value and what is allowed; of objects with nothing that is in them', (value, message) => {
    const error = invalidArgument('ttl', value, 'a duration')
    expect(error.message).toBe(message)
    expect(error.code).toBe('INVALID_ARGUMENT')
  })
})
