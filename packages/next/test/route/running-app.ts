import { onTestFinished } from 'vitest'
import { listen, type ListenOptions, type Route } from './next-server.ts'

/** An app of Next.js for one test, with one route for each path. @returns how to ask it. */
export async function runningApp(
  routes: Readonly<Record<string, Route>>,
  options: ListenOptions = {},
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const { port, close } = await listen((path) => routes[path] ?? {}, options)
  onTestFinished(close)
  return async (path, init) => await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init })
}
