/**
 * What the adapters of frameworks on Node.js's own `http` have in common: policies around a response, whose head is held
 * until they have settled.
 *
 * @packageDocumentation
 */
export { after, isPromise } from '../http/after.ts'
export { NodeExchange } from './node-exchange.ts'
export { type PolicyUse, usePolicy } from '../http/policy-use.ts'
export type { HeaderMap, KeptHeaders } from './response-headers.ts'
export { type PoliciesRun, type PolicyRun, runPolicies } from './run-policies.ts'
