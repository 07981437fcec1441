/**
 * The numbers of the restaurants as something to embed, beside the back office of `examples/express`.
 *
 * @packageDocumentation
 */
export { createApp, type AppOptions } from './app.ts'
export { createListener } from './listener.ts'
