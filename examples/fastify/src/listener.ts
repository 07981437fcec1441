import type { RequestListener } from 'node:http'
import { type AppOptions, createApp } from './app.ts'

/** The app as what a server of Node.js is made of. */
export async function createListener(options: AppOptions): Promise<RequestListener> {
  const { routing } = await createApp(options)
  return (request, response) => routing(request, response)
}
