import type { Moment } from '@redstart/core/byte-cache'
import { describe, expect, it } from 'vitest'
import { Moments } from '../../src/runtime/moments.ts'

function moment(clock: number): Moment {
  return { generation: 'g', clock, sequence: 0, since: 0, reached: true }
}

describe('the moment of what is kept', () => {
  it('is that of the last miss before it was begun', () => {
    const moments = new Moments(60_000)
    for (const at of [1, 2, 3]) moments.missed('a', moment(at), at)
    expect(moments.take('a', 2.5, 10)?.clock).toBe(2)
    expect(moments.take('a', 10, 10)?.clock).toBe(3)
  })

  it('is an earlier one of the process where the miss before it is too long ago', () => {
    const moments = new Moments(1000)
    moments.missed('a', moment(1), 1)
    moments.missed('a', moment(2), 1500)
    expect(moments.take('a', 1400, 1600)?.clock).toBe(1)
  })

  it('is an earlier one of the process where the key was not missed', () => {
    const moments = new Moments(60_000)
    moments.sample(moment(1), 1)
    moments.sample(moment(2), 5000)
    expect(moments.take('a', 5001, 5002)?.clock).toBe(2)
    expect(moments.take('a', 4999, 5002)?.clock).toBe(1)
  })

  it('is unknown where nothing was asked for before', () => {
    const moments = new Moments(60_000)
    expect(moments.take('a', 10, 20)).toBeUndefined()
    moments.sample(moment(1), 15)
    expect(moments.take('a', 10, 20)).toBeUndefined()
  })

  it('is forgotten of keys that very many others came after', () => {
    const moments = new Moments(60_000)
    moments.missed('a', moment(5), 5)
    for (let key = 0; key < 10_000; key++) moments.missed(`key ${key}`, moment(6), 6)
    expect(moments.take('a', 4, 10)).toBeUndefined()
    expect(moments.take('key 9999', 10, 10)?.clock).toBe(6)
  })
})
