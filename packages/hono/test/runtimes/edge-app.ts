import { openHttpApp, type OpenHttpApp } from '@redstart/testing/http-app'
import { Hono } from 'hono'
import { addressFrom, type RunOptions } from '../../src/index.ts'
import { conformanceApp, type OwnContext } from '../hono-app.ts'

/** What differs between runtimes. */
export interface Runtime {
  readonly getConnInfo: Parameters<typeof addressFrom>[0]
  /** Sends the file of the suite as people of the runtime do. */
  readonly sendFile: (c: OwnContext, path: string) => Promise<Response>
}

/** The app of the suite as a runtime serves it, made anew when a test begins; and what the suite asks of it beside its routes. */
export function edgeApp(runtime: Runtime): { readonly fetch: Hono['fetch'] } {
  let open = begin(runtime)
  const control = new Hono()
  control.post('/__begin', (c) => {
    open = begin(runtime)
    return c.body(null, 204)
  })
  control.get('/__report', async (c) => {
    const known = c.req.query('known') ?? ''
    return c.json(await open.suite.report(known.split(',').filter(Boolean).map(Number)))
  })
  control.post('/__second', async (c) => {
    await open.suite.sendSecondEvent()
    return c.body(null, 204)
  })
  return {
    // Deno gives nothing to a function that names no parameter.
    fetch: (request, ...given) => {
      const isControl = /^http:..[^/]+\/__/.test(request.url)
      return (isControl ? control : open.hono).fetch(request, ...given)
    },
  }
}

function begin({ getConnInfo, sendFile }: Runtime): { readonly suite: OpenHttpApp; readonly hono: Hono } {
  const suite = openHttpApp()
  const hono = new Hono()
  const options: RunOptions = {
    address: addressFrom(getConnInfo),
    dispatch: (request, env, executionCtx) => hono.fetch(request, env, executionCtx),
  }
  return { suite, hono: conformanceApp({ hono, app: suite.app, options, sendFile }) }
}
