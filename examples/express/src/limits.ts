/**
 * The limits that the apps of the restaurants share, for those that have no database: nothing else is imported.
 *
 * @packageDocumentation
 */
export { accountKey } from './limits/account-key.ts'
export { type LimitName, POLICIES, type RestaurantPolicies, type RestaurantRedstart } from './limits/policies.ts'
