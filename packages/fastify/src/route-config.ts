import { RedstartError } from '@redstart/core'
import type { SessionRouteConfig } from './request.ts'

/** A route as far as it says something of its sessions. */
export interface ConfiguredRoute {
  readonly url?: string | undefined
  readonly config?: object | undefined
}

/** What a route says of the sessions of that name; undefined for nothing. */
export function routeConfigOf({ config }: ConfiguredRoute, as: string): SessionRouteConfig | undefined {
  // Checked where the route was made.
  return config === undefined ? undefined : (Reflect.get(config, as) as SessionRouteConfig | undefined)
}

/** @throws RedstartError `INVALID_ARGUMENT` for what is none. */
export function checkRouteConfig(route: ConfiguredRoute, as: string): void {
  const config: unknown = routeConfigOf(route, as)
  if (config === undefined || config === false) return
  if (typeof config === 'object' && config !== null) {
    const { load, ...others } = config as { readonly load?: unknown } // an object may have any members
    if ((load === 'eager' || load === 'lazy') && Object.keys(others).length === 0) return
  }
  throw new RedstartError(
    'INVALID_ARGUMENT',
    `the route ${route.url ?? ''} has something else in config.${as} than false, { load: 'eager' } or { load: 'lazy' }`,
  )
}
