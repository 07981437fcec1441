/**
 * The tags by which an order finds what it makes old, for apps that have no database: nothing else is imported.
 *
 * @packageDocumentation
 */
export { categoryTag, dishTag, menuTags } from './caches/menu-tags.ts'
export { changedSales, salesTags } from './caches/sales-tags.ts'
export { tenant } from './caches/tenant.ts'
export { dayOf, type Day } from './reads/day.ts'
