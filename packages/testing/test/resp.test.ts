import { RedstartError } from '@redstart/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeCommand, RespParser } from '../src/resp.ts'

const all =
  '+OK\r\n-ERR no\r\n:42\r\n:9007199254740993\r\n(123456789012345678901\r\n,1.5\r\n,-inf\r\n#t\r\n#f\r\n_\r\n' +
  '$5\r\na\r\nbc\r\n$0\r\n\r\n$-1\r\n=8\r\ntxt:hé!\r\n!7\r\nERR big\r\n*-1\r\n*2\r\n:1\r\n*1\r\n$1\r\nx\r\n~1\r\n+s\r\n' +
  '%1\r\n+k\r\n:1\r\n|1\r\n+ttl\r\n:9\r\n:7\r\n>3\r\n+message\r\n$1\r\nc\r\n$1\r\nm\r\n'

const values = [
  ['reply', 'OK'],
  ['error', new RedstartError('STORE_FAILED', 'ERR no')],
  ['reply', 42],
  ['reply', 9007199254740993n],
  ['reply', 123456789012345678901n],
  ['reply', 1.5],
  ['reply', -Infinity],
  ['reply', true],
  ['reply', false],
  ['reply', null],
  ['reply', 'a\r\nbc'],
  ['reply', ''],
  ['reply', null],
  ['reply', 'hé!'],
  ['error', new RedstartError('STORE_FAILED', 'ERR big')],
  ['reply', null],
  ['reply', [1, ['x']]],
  ['reply', ['s']],
  ['reply', new Map([['k', 1]])],
  ['reply', 7],
  ['push', ['message', 'c', 'm']],
].map(([kind, value]) => ({ kind, value }))

describe('RespParser', () => {
  it('reads every type of RESP 2 and 3, cut at any place', () => {
    const bytes = Buffer.from(all)
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
        const parser = new RespParser()
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        const frames = edges.slice(1).flatMap((end, i) => parser.push(bytes.subarray(edges[i], end)))
        expect(frames).toEqual(values)
        expect(parser.partial).toBe(false)
      }),
    )
  })

  it('reads back every command', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (args) => {
        const text = args.map((arg) => Buffer.from(arg).toString())
        expect(new RespParser().push(encodeCommand(args))).toEqual([{ kind: 'reply', value: text }])
      }),
    )
  })

  it('refuses what is not RESP', () => {
    expect(() => new RespParser().push(Buffer.from('HTTP/1.1 200 OK\r\n'))).toThrow(
      expect.objectContaining({ code: 'STORE_FAILED' }),
    )
  })
})
