/**
 * The example as something to embed: the app, the database behind it, and what fills it; and what the other apps of the
 * same restaurants share with it: who may sign in, and the tags by which an order finds the pages that it makes old.
 *
 * @packageDocumentation
 */
export { html, type Html, type Part } from './account/html.ts'
export { createApp, type AppOptions } from './app.ts'
export { cacheFromEnv, type FromEnv } from './cache-from-env.ts'
export { type Caches, createCaches, NAMESPACES } from './caches/caches.ts'
export { stockKeys, stockTag } from './caches/inventory-cache.ts'
export { menuTags } from './caches/menu-tags.ts'
export { changedSales, salesTags } from './caches/sales-tags.ts'
export { tenant } from './caches/tenant.ts'
export type { Database, Queries, SqlValue } from './database/database.ts'
export { databaseNotice, openDatabase } from './database/open-database.ts'
export { SIGN_INS } from './fill/fill-sign-ins.ts'
export { fill, type FillOptions, type Progress } from './fill/fill.ts'
export { progressBar, type Terminal } from './fill/progress-bar.ts'
export { accountKey } from './limits/account-key.ts'
export { type LimitName, POLICIES, type RestaurantPolicies, type RestaurantRedstart } from './limits/policies.ts'
export { listen, type Listening } from './listen.ts'
export type { DateRange } from './reads/analytics.ts'
export { addDays, dayOf, type Day } from './reads/day.ts'
export { inventoryReads, type StockLevel } from './reads/inventory.ts'
export { databaseReads } from './reads/reads.ts'
export { type Person, personWith } from './sign-in/people.ts'
export { type AppParts, type AppToStart, startApp } from './start-app.ts'
export { stopOnSignal, type Stoppable } from './stop-on-signal.ts'
export { changeDishPrice, type PriceChange } from './writes/change-prices.ts'
export { type NewOrder, placeOrder, type PlaceOrderResult } from './writes/place-order.ts'
