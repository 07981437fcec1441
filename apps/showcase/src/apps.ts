import type { RequestListener } from 'node:http'
import type { AppParts, AppToStart } from '@redstart-example/express'
import { createListener as createFastifyListener } from '@redstart-example/fastify'
import { createListener as createHonoListener } from '@redstart-example/hono'
import { createListener as createKoaListener } from '@redstart-example/koa'

/** The apps beside the back office on Express, by what they are. */
export const APPS = ['analytics', 'inventory', 'orders'] as const
export type AppName = (typeof APPS)[number]

/** What each is built on, for people. */
export const FRAMEWORKS: Readonly<Record<AppName, string>> = { analytics: 'Koa', inventory: 'Fastify', orders: 'Hono' }

/** Makes what answers the requests of each. */
const LISTENERS: Readonly<Record<AppName, AppToStart['listener']>> = {
  analytics: createKoaListener,
  inventory: createFastifyListener,
  orders: createHonoListener,
}

/** Answers the requests of one of them. */
export async function listenerOf(name: AppName, parts: AppParts): Promise<RequestListener> {
  return await LISTENERS[name](parts)
}
