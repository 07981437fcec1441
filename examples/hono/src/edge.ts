import { createRedstart } from '@redstart/core'
import { redisHttp } from '@redstart/core/redis-http'
import { addressFrom } from '@redstart/hono'
import { POLICIES } from '@redstart-example/express/limits'
import type { Context, Hono } from 'hono'
import { getConnInfo } from 'hono/cloudflare-workers'
import { type AppEnv, createApp } from './app.ts'
import { officeHouse } from './office-house.ts'
import type { Place } from './place.ts'

/** Bindings of the Worker. */
export interface EdgeEnv {
  /** The Redis of the restaurants, behind HTTP. */
  readonly REDIS_REST_URL: string
  readonly REDIS_REST_TOKEN: string
  /** The keys of the back office. */
  readonly REDSTART_KEYS: string
  /** Where the back office answers: `https://office.example`. */
  readonly OFFICE_URL: string
  /** Where people log in: the app on Node.js, or the back office. */
  readonly LOG_IN_URL: string
}

/** The orders at the edge. Nothing connects, or is made, before the first request. */
export function createEdge(): Hono<AppEnv> {
  let place: Place | undefined
  return createApp({
    // One for all requests of an isolate: over HTTP it keeps no socket that would end with the request.
    placeOf: (c) => (place ??= makePlace(envOf(c))),
    logInAt: (c) => envOf(c).LOG_IN_URL,
    address: addressFrom(getConnInfo),
  })
}

function makePlace(env: EdgeEnv): Place {
  const redstart = createRedstart({
    app: 'restaurant',
    keys: env.REDSTART_KEYS,
    policies: POLICIES,
    backend: redisHttp({ url: env.REDIS_REST_URL, token: env.REDIS_REST_TOKEN }),
    // A question is a trip over the network.
    deadline: '2s',
  })
  return { redstart, house: officeHouse(env.OFFICE_URL, redstart) }
}

/** What the configuration of the Worker says. */
function envOf(c: Context): EdgeEnv {
  return c.env as EdgeEnv
}

const edge: Hono<AppEnv> = createEdge()

export default edge
