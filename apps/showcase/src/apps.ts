import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Redstart } from '@redstart/core'
import type { Database } from '@redstart-example/express'
import { createApp as createFastifyApp } from '@redstart-example/fastify'
import { createNodeApp } from '@redstart-example/hono'
import { createApp as createKoaApp } from '@redstart-example/koa'

/** What the apps stand on: one log-in holds for all that share both. */
export interface AppParts {
  readonly database: Database
  readonly redstart: Redstart
}

/** The apps beside the back office on Express, by what they are. */
export const APPS = ['analytics', 'inventory', 'orders'] as const
export type AppName = (typeof APPS)[number]

/** What each is built on, for people. */
export const FRAMEWORKS: Readonly<Record<AppName, string>> = { analytics: 'Koa', inventory: 'Fastify', orders: 'Hono' }

/** Answers the requests of one of them. */
export async function listenerOf(name: AppName, parts: AppParts): Promise<RequestListener> {
  switch (name) {
    case 'analytics': {
      const handle = createKoaApp(parts).callback()
      return (request, response) => void handle(request, response)
    }
    case 'inventory': {
      const { routing } = await createFastifyApp(parts)
      return (request, response) => routing(request, response)
    }
    case 'orders': {
      const answer = getRequestListener(createNodeApp(parts).fetch)
      return (request, response) => void answer(request, response)
    }
  }
}
