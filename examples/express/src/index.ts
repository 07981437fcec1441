/**
 * The example as something to embed: the app, the database behind it, and what fills it.
 *
 * @packageDocumentation
 */
export { createApp, type AppOptions } from './app.ts'
export { cacheFromEnv, type FromEnv } from './cache-from-env.ts'
export { NAMESPACES } from './caches/caches.ts'
export type { Database } from './database/database.ts'
export { databaseNotice, openDatabase } from './database/open-database.ts'
export { fill, type FillOptions, type Progress } from './fill/fill.ts'
export { progressBar, type Terminal } from './fill/progress-bar.ts'
export { listen, type Listening } from './listen.ts'
export { stopOnSignal, type Stoppable } from './stop-on-signal.ts'
