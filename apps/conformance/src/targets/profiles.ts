import type { Profile } from './mount.ts'

/** Options of the response cache, for any framework. */
export const PROFILES: Readonly<Record<Profile, { readonly mode?: 'rfc' }>> = {
  rfc: { mode: 'rfc' },
  default: {},
}
