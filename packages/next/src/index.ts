/**
 * Redstart for Next.js.
 *
 * @packageDocumentation
 */
export { sharedRedstart, type SharedRedstartOptions } from './shared-redstart.ts'
export type { WithRedstartOptions } from './wiring/options.ts'
export { type ConfigFunction, type WiredConfig, withRedstart } from './wiring/with-redstart.ts'
