/**
 * What is used of `next/headers`, so that what is compiled with this package is not compiled with the types of Next.js as
 * well, which change those of Node.js. That it is so is compiled apart.
 */
import type { SetCookie } from '@redstart/core/http'

/** The cookies of the request that is served. */
export interface CookieJar {
  /** As they are by now: where cookies were set in this request, those. */
  get(name: string): { readonly value: string } | undefined
  /** Throws in whatever phase of a request no cookie can be set. */
  set(cookie: SetCookie): unknown
}

export function cookies(): Promise<CookieJar>

export function headers(): Promise<{ get(name: string): string | null }>

export function draftMode(): Promise<{ readonly isEnabled: boolean }>
