import { getConnInfo } from 'hono/cloudflare-workers'
import { edgeApp } from './edge-app.ts'

interface Env {
  /** A folder, as assets of a Worker are. */
  readonly FILES: { fetch(url: string): Promise<Response> }
}

export default edgeApp({
  // What Cloudflare's edge tells a Worker; here the adapter of the test does.
  getConnInfo,
  sendFile: async (c, path) => {
    // The bindings are those of the configuration.
    const { FILES } = c.env as Env
    return await FILES.fetch(`http://files/${path.split('/').at(-1)}`)
  },
})
