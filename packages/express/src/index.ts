/**
 * Redstart for Express: runs what a policy of `@redstart/core/http` decides as one middleware.
 *
 * @packageDocumentation
 */
export { type PolicyUse, usePolicy } from './policy-use.ts'
export { runPolicies, type RunOptions } from './run-policies.ts'
