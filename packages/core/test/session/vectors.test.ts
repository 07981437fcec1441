import { readFileSync } from 'node:fs'
import { webcrypto } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decodeCore } from '../../src/session/core-record.ts'
import { createKeyring, keyOfSecret } from '../../src/session/keyring.ts'
import { formatToken, newToken, parseToken, presentedBy } from '../../src/session/token.ts'
import { SealedRecord } from '../../src/session/sealed.ts'
import { open, sealedBy, type SealingKey, sealWith } from '../../src/wire/seal.ts'

interface Vectors {
  readonly app: string
  readonly namespace: string
  readonly master: string
  readonly keyId: number
  readonly user: string
  readonly tag: string
  readonly sid: string
  readonly secret: string
  readonly nonce: string
  readonly keys: readonly { readonly name: string; readonly info: string; readonly key: string }[]
  readonly cookies: readonly { readonly kind: string; readonly cookie: string; readonly verifier: string }[]
  readonly sealed: readonly {
    readonly name: string
    readonly context: string
    readonly key: 'session' | 'next'
    readonly codec: 'json' | 'bytes' | 'devalue'
    readonly payload: string
    readonly envelope: string
  }[]
}

const file = new URL('../../../../docs/session-vectors.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors
const scope = { app: vectors.app, namespace: vectors.namespace }
const { sid, secret } = vectors
const bytes = (hex: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(hex, 'hex'))
const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value)
const hex = (value: ArrayBuffer | Uint8Array): string => Buffer.from(value as ArrayBuffer).toString('hex')
const base64url = (value: ArrayBuffer, length: number): string =>
  Buffer.from(value.slice(0, length)).toString('base64url')
const CODECS = { bytes: 0, json: 1, devalue: 4 }

/** The same by the Web Cryptography API alone, after the text of the specification. */
const { subtle } = webcrypto

async function hkdf(from: Uint8Array<ArrayBuffer>, info: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = await subtle.importKey('raw', from, 'HKDF', false, ['deriveBits'])
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: text(info) }
  return new Uint8Array(await subtle.deriveBits(parameters, key, 256))
}

async function hmac(key: Uint8Array<ArrayBuffer>, message: string): Promise<ArrayBuffer> {
  const imported = await subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return await subtle.sign('HMAC', imported, text(message))
}

async function sealed({ context, key, codec, payload }: Vectors['sealed'][number]): Promise<string> {
  const keyId = Buffer.alloc(4)
  keyId.writeUInt32BE(key === 'next' ? 0 : vectors.keyId)
  const header = Buffer.concat([Buffer.from([0xc1, 1, CODECS[codec], 1]), keyId])
  const imported = await subtle.importKey('raw', keyNamed(key), 'AES-GCM', false, ['encrypt'])
  const additionalData = new Uint8Array(Buffer.concat([header, text(context)]))
  const parameters = { name: 'AES-GCM', iv: bytes(vectors.nonce), additionalData, tagLength: 128 }
  return hex(header) + vectors.nonce + hex(await subtle.encrypt(parameters, imported, bytes(payload)))
}

function keyNamed(name: string): Uint8Array<ArrayBuffer> {
  return bytes(vectors.keys.find((key) => key.name === name)?.key ?? '')
}

const keyring = createKeyring([bytes(vectors.master)], scope)
const master = keyring.first

function ownKey(name: 'session' | 'next'): SealingKey {
  return name === 'next' ? keyOfSecret(secret, scope, sid) : master.ofSession(sid)
}

describe('keys', () => {
  it('are derived as the specification says', async () => {
    for (const { name, info, key } of vectors.keys)
      expect([name, hex(await hkdf(name === 'next' ? text(secret) : bytes(vectors.master), info))]).toEqual([name, key])
    const digest = await subtle.digest('SHA-256', Buffer.concat([text('redstart/v1/kid'), bytes(vectors.master)]))
    expect(new DataView(digest).getUint32(0)).toBe(vectors.keyId)
    expect(base64url(await hmac(keyNamed('tag'), vectors.user), 12)).toBe(vectors.tag)
  })

  it('are the ones that are used', () => {
    expect([master.id, master.tagOf(vectors.user)]).toEqual([vectors.keyId, vectors.tag])
    expect(hex(ownKey('session').key)).toBe(hex(keyNamed('session')))
    expect(hex(ownKey('next').key)).toBe(hex(keyNamed('next')))
    expect(hex(master.forPurpose('csrf', sid))).toBe(hex(keyNamed('csrf')))
    expect(hex(master.forPurpose('client'))).toBe(hex(keyNamed('client')))
  })

  it('differ for each app, namespace, purpose and session', () => {
    const others = [
      createKeyring([bytes(vectors.master)], { ...scope, app: 'other' }),
      createKeyring([bytes(vectors.master)], { ...scope, namespace: 'other' }),
    ]
    const all = [master, ...others.map(({ first }) => first)].flatMap((key) => [
      hex(key.ofSession(sid).key),
      hex(key.ofSession('x').key),
      hex(key.forPurpose('client')),
      key.tagOf('u'),
      key.mac('u'),
    ])
    expect(new Set(all).size).toBe(all.length)
  })
})

describe.each(vectors.cookies)('the cookie of $kind', ({ kind, cookie, verifier }) => {
  it('is made and read as the specification says', async () => {
    const authenticated = kind === 'user' ? `u1.${vectors.tag}.${sid}.${secret}` : `a1.${sid}.${secret}`
    expect(cookie).toBe(`${authenticated}.${base64url(await hmac(keyNamed('cookie'), authenticated), 9)}`)
    expect(base64url(await subtle.digest('SHA-256', text(authenticated)), 32)).toBe(verifier)
    const parsed = parseToken(cookie, keyring)
    expect(parsed.kind === 'token' && formatToken(parsed.token)).toBe(cookie)
    expect(parsed.kind === 'token' && presentedBy(parsed.token).verifier).toBe(verifier)
  })

  it('is forged with any other bit, and under any other key', () => {
    const other = createKeyring([new Uint8Array(32)], scope)
    expect(parseToken(cookie, other).kind).toBe('forged')
    for (let n = 0; n < cookie.length; n += 1) {
      const changed = cookie.slice(0, n) + (cookie[n] === 'A' ? 'B' : 'A') + cookie.slice(n + 1)
      expect(parseToken(changed, keyring).kind).toMatch(/forged|malformed/)
    }
  })
})

describe.each(vectors.sealed)('a sealed $name', (vector) => {
  const { context, codec } = vector
  const key = ownKey(vector.key)
  const [payload, envelope] = [bytes(vector.payload), bytes(vector.envelope)]

  it('is what the specification says', async () => {
    expect(await sealed(vector)).toBe(vector.envelope)
    expect(hex(sealWith({ codec, payload }, key, context, bytes(vectors.nonce)))).toBe(vector.envelope)
    const opened = open(envelope, key, context)
    expect([opened?.codec, opened && hex(opened.payload)]).toEqual([codec, vector.payload])
  })

  it('does not open with any bit changed', () => {
    for (let bit = 0; bit < envelope.length * 8; bit += 1) {
      const changed = new Uint8Array(envelope)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(open(changed, key, context)).toBeUndefined()
    }
  })

  it('does not open when it is cut, longer, elsewhere or under another key', () => {
    for (let length = 0; length < envelope.length; length += 1)
      expect(open(envelope.subarray(0, length), key, context)).toBeUndefined()
    expect(open(Buffer.concat([envelope, new Uint8Array(1)]), key, context)).toBeUndefined()
    for (const other of [
      '',
      `${context}\0`,
      context.slice(0, -1),
      context.replace(sid, 'AAECAwQFBgcICQoM'),
      context.replace('session', 'sessions'),
    ])
      expect(open(envelope, key, other)).toBeUndefined()
    expect(open(envelope, { ...key, id: key.id + 1 }, context)).toBeUndefined()
    expect(open(envelope, { id: key.id, key: new Uint8Array(32) }, context)).toBeUndefined()
    expect(sealedBy(envelope)).toBe(key.id)
  })
})

it('a session opens what is sealed for it and nothing of another session', () => {
  const record = new SealedRecord(keyring, scope, { sid, key: master })
  const [core, cart] = [vectors.sealed.find(({ name }) => name === 'core'), vectors.sealed[0]]
  const coreBytes = bytes(core?.envelope ?? '')
  expect(record.openCore(coreBytes)).toEqual(decodeCore(bytes(core?.payload ?? '')))
  expect(record.openCore(coreBytes)?.userId).toBe(vectors.user)
  expect(record.openField('cart', bytes(cart?.envelope ?? ''))?.codec).toBe('json')
  expect(record.openField('trac', bytes(cart?.envelope ?? ''))).toBeUndefined()
  const other = new SealedRecord(keyring, scope, { sid: 'x'.repeat(16), key: master })
  expect([other.openCore(coreBytes), other.openField('cart', bytes(cart?.envelope ?? ''))]).toEqual([
    undefined,
    undefined,
  ])
  const unknown = createKeyring([new Uint8Array(32)], scope)
  expect(new SealedRecord(unknown, scope, { sid, key: unknown.first }).openCore(coreBytes)).toBeUndefined()
})

it('selectors and secrets are random, of their length and never the same', () => {
  const bits = Array.from({ length: 352 }, () => 0)
  const seen = new Set<string>()
  const COUNT = 5000
  for (let n = 0; n < COUNT; n += 1) {
    const token = newToken(master)
    const drawn = Buffer.concat([Buffer.from(token.address.sid, 'base64url'), Buffer.from(token.secret, 'base64url')])
    expect([token.address.sid.length, token.secret.length, drawn.length]).toEqual([16, 43, 44])
    seen.add(drawn.toString('hex'))
    for (let bit = 0; bit < bits.length; bit += 1)
      bits[bit] = (bits[bit] ?? 0) + (((drawn[bit >> 3] ?? 0) >> (bit & 7)) & 1)
  }
  expect(seen.size).toBe(COUNT)
  // Each bit is set half of the time: beyond seven standard deviations once in 10^9 runs of this test.
  for (const count of bits) expect(Math.abs(count - COUNT / 2)).toBeLessThan(7 * Math.sqrt(COUNT / 4))
})
