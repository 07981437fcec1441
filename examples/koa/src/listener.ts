import type { RequestListener } from 'node:http'
import { type AppOptions, createApp } from './app.ts'

/** The app as what a server of Node.js is made of. */
export function createListener(options: AppOptions): RequestListener {
  const handle = createApp(options).callback()
  return (request, response) => void handle(request, response)
}
