import { describe, expect, it } from 'vitest'
import { newNonce, NONCE_BYTES } from '../../src/wire/nonces.ts'

describe('nonces', () => {
  it('are 12 bytes that no other one has, and stay what they are', () => {
    const nonces = Array.from({ length: 1000 }, () => newNonce())
    const spelled = nonces.map((nonce) => Buffer.from(nonce).toString('hex'))
    expect(NONCE_BYTES).toBe(12)
    expect(new Set(spelled).size).toBe(1000)
    for (let more = 0; more < 300; more++) newNonce().fill(0)
    expect(nonces.map((nonce) => Buffer.from(nonce).toString('hex'))).toEqual(spelled)
    expect(new Set(spelled).has('00'.repeat(12))).toBe(false)
  })
})
