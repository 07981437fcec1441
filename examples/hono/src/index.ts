/**
 * The orders of the restaurants as something to embed, beside the back office of `examples/express`.
 *
 * @packageDocumentation
 */
export { createNodeApp, type NodeAppOptions } from './node-app.ts'
export { createEdge, type EdgeEnv } from './edge.ts'
export { createListener } from './listener.ts'
