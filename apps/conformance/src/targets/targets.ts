import { mountExpress } from './express.ts'
import { mountFastify } from './fastify.ts'
import { mountHono } from './hono.ts'
import { mountKoa } from './koa.ts'
import type { Layer, Mount } from './mount.ts'
import { mountNode } from './node.ts'

export type Framework = 'node:http' | 'Express' | 'Koa' | 'Hono' | 'Fastify'

export const FRAMEWORKS: Readonly<Record<Framework, Mount>> = {
  'node:http': mountNode,
  Express: mountExpress,
  Koa: mountKoa,
  Hono: mountHono,
  Fastify: mountFastify,
}

/** What the suite is run against. */
export interface Target {
  /** On the command line; its baseline is the file of that name. */
  readonly name: string
  /** In the table. */
  readonly title: string
  readonly framework: Framework
  readonly layer: Layer
}

/** What any application scores that has no cache. */
export const FLOOR: Target = { name: 'no-cache', title: 'no cache', framework: 'node:http', layer: 'nothing' }

export const CORE: Target = { name: 'core', title: 'core, node:http', framework: 'node:http', layer: 'rfc' }

/** Shows what differs on purpose. */
export const CORE_DEFAULT: Target = { ...CORE, name: 'core-default', title: 'core, by default', layer: 'default' }

export const TARGETS: readonly Target[] = [
  FLOOR,
  CORE,
  { name: 'express', title: 'Express', framework: 'Express', layer: 'rfc' },
  { name: 'koa', title: 'Koa', framework: 'Koa', layer: 'rfc' },
  { name: 'hono', title: 'Hono', framework: 'Hono', layer: 'rfc' },
  { name: 'fastify', title: 'Fastify', framework: 'Fastify', layer: 'rfc' },
  CORE_DEFAULT,
]
