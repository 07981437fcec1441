import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './root.mjs'

/** Where the key of this clone is kept; ignored by git. Who deletes it signs everybody out. */
const FILE = join(root, '.redstart/keys')

/** What the applications read, whichever of them is set. */
const VARIABLES = ['REDSTART_KEYS', 'SESSION_ENCRYPTION_KEY']

/** 32 bytes as base64. */
const KEY = /^[A-Za-z0-9+/]{43}=$/

/**
 * What sessions are sealed with when nobody says so: a key that is made once and kept, so that whoever is signed in stays
 * it when the application is started again, and all that are started from this clone can share a Redis.
 *
 * @param {{ env?: Record<string, string | undefined>, file?: string }} [options]
 * @returns {Record<string, string>} What the environment of the application needs besides.
 */
export function keysForStart({ env = process.env, file = FILE } = {}) {
  if (VARIABLES.some((name) => (env[name] ?? '').trim() !== '')) return {}
  const key = read(file) ?? make(file)
  if (!KEY.test(key)) throw new Error(`${file} holds no key of 32 bytes as base64; delete it, and a new one is made`)
  return { REDSTART_KEYS: key }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Of several that start together one makes it, and no other ever sees a part of it.
 *
 * @param {string} file
 */
function make(file) {
  const own = `${file}.${process.pid}`
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(own, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  try {
    linkSync(own, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(own)
  }
  return readFileSync(file, 'utf8').trim()
}
