import { getConnInfo, serveStatic } from 'hono/deno'
import { edgeApp } from './edge-app.ts'

interface DenoServe {
  serve(options: object, fetch: unknown): unknown
}

// Deno's types are not those of Node.js; this is what is used of it.
const { Deno } = globalThis as typeof globalThis & { readonly Deno: DenoServe }

const { fetch } = edgeApp({
  getConnInfo,
  sendFile: async (c, path) => {
    const [root, file] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/'))]
    return (await serveStatic({ root, path: file })(c, async () => {})) ?? c.notFound()
  },
})

Deno.serve(
  { hostname: '127.0.0.1', port: 0, onListen: ({ port }: { readonly port: number }) => console.log(`port ${port}`) },
  fetch,
)
