import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createNodeApp, type NodeAppOptions } from './node-app.ts'

/** The app as what a server of Node.js is made of. */
export function createListener(options: NodeAppOptions): RequestListener {
  const answer = getRequestListener(createNodeApp(options).fetch)
  return (request, response) => void answer(request, response)
}
