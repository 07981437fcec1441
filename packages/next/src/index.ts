/**
 * Redstart for Next.js.
 *
 * @packageDocumentation
 */
export type { WithRedstartOptions } from './wiring/options.ts'
export { type ConfigFunction, type WiredConfig, withRedstart } from './wiring/with-redstart.ts'
