import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** 16 MiB and about a tenth of a second for each try: one of the settings that OWASP recommends for scrypt. */
const COST = { N: 16_384, r: 8, p: 5 }
const HASH_BYTES = 32

/** What is stored in the place of a password: salt and hash, as text. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  return `scrypt.${salt.toString('base64url')}.${(await hashOf(password, salt)).toString('base64url')}`
}

/**
 * Whether a password is the one that was stored. Without anything stored it takes as long, so that nobody learns from the
 * clock which names there are.
 */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, salt = '', hash = ''] = (stored ?? NOBODY).split('.')
  const expected = Buffer.from(hash, 'base64url')
  const given = await hashOf(password, Buffer.from(salt, 'base64url'))
  return given.length === expected.length && timingSafeEqual(given, expected) && stored !== undefined
}

const NOBODY = `scrypt.${'A'.repeat(22)}.${'A'.repeat(43)}`

function hashOf(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // What looks the same is the same: keyboards send one letter in several ways.
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, COST, (error, hash) => (error ? reject(error) : resolve(hash)))
  })
}
