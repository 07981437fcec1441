import { getConnInfo, serveStatic } from 'hono/bun'
import { edgeApp } from './edge-app.ts'

interface BunServer {
  readonly port: number
}

interface BunServe {
  serve(options: object): BunServer
}

// Bun's types are not those of Node.js; this is what is used of it.
const { Bun } = globalThis as typeof globalThis & { readonly Bun: BunServe }

const app = edgeApp({
  getConnInfo,
  sendFile: async (c, path) => {
    const [root, file] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/'))]
    return (await serveStatic({ root, path: file })(c, async () => {})) ?? c.notFound()
  },
})

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: (request: Request, own: object) => app.fetch(request, { server: own }),
})
console.log(`port ${server.port}`)
