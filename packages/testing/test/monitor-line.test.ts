import { describe, expect, it } from 'vitest'
import { parseMonitorLine } from '../src/monitor-line.ts'

describe('parseMonitorLine', () => {
  it('reads source, name and arguments', () => {
    expect(parseMonitorLine('1339518083.107412 [0 127.0.0.1:60866] "SET" "a b" ""')).toEqual({
      source: '127.0.0.1:60866',
      command: ['SET', 'a b', ''],
    })
    expect(parseMonitorLine('1.5 [3 [::1]:60866] "ping"')).toEqual({ source: '[::1]:60866', command: ['ping'] })
    expect(parseMonitorLine('1.5 [0 lua] "get" "k"')?.source).toBe('lua')
    expect(parseMonitorLine('1.5 [0 unix:/tmp/a b.sock] "get" "k"')?.source).toBe('unix:/tmp/a b.sock')
  })

  it('undoes the escapes', () => {
    expect(parseMonitorLine(String.raw`1.5 [0 lua] "\"q\"\\" "\r\n\t\a\b" "\xc3\xa9\x00" "] [\\x41"`)?.command).toEqual(
      ['"q"\\', '\r\n\t\x07\b', 'é\0', '] [\\x41'],
    )
  })

  it('takes nothing else', () => {
    for (const line of ['OK', '', '1.5 "get"']) expect(parseMonitorLine(line)).toBeUndefined()
  })
})
