import { createRequire } from 'node:module'
import type Koa from 'koa'

export type KoaClass = typeof Koa

const require = createRequire(import.meta.url)
const NAMES = {
  'koa-2-lowest': (): unknown => require('koa-2-lowest'),
  'koa-2': (): unknown => require('koa-2'),
  'koa-3-lowest': (): unknown => require('koa-3-lowest'),
  koa: (): unknown => require('koa'),
} as const satisfies Record<string, () => unknown>

export type KoaName = keyof typeof NAMES

/** The lowest and the newest version that the peer range promises. */
export const ENDS: readonly KoaName[] = ['koa-2-lowest', 'koa']
/** The newest of the older major version, and the oldest of the newer one. */
export const BETWEEN: readonly KoaName[] = ['koa-2', 'koa-3-lowest']

export function loadKoa(name: KoaName): KoaClass {
  // Koa brings no types; what is used of it is the same in all versions.
  return NAMES[name]() as KoaClass
}
