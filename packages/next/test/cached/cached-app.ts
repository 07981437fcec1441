import '../next-environment.ts'
import { createRedstart } from '@redstart/core'
import { onTestFinished } from 'vitest'
import { type CacheRouteOptions, cacheResponse } from '../../src/http.ts'
import type { Handler } from '../route/next-server.ts'
import { runningApp } from '../route/running-app.ts'

export const KEY = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc='
type Instance = ReturnType<typeof instance>

export function instance(): ReturnType<typeof createRedstart> {
  const redstart = createRedstart({ keys: KEY })
  onTestFinished(async () => await redstart.close())
  return redstart
}

/** Answers with how often its handler ran. */
export async function cachedApp(
  redstart: Instance,
  options: CacheRouteOptions,
  handler: Handler = async () => new Response(),
): Promise<(init?: RequestInit) => Promise<string>> {
  let runs = 0
  const counted: Handler = async (request, context) => {
    runs += 1
    const n = runs
    const answer = await handler(request, context)
    return new Response(`${n}`, { status: answer.status, headers: answer.headers })
  }
  const ask = await runningApp({ '/': { GET: cacheResponse(redstart, options, counted) } })
  return async (init) => {
    const answer = await ask('/', init)
    return `${answer.status} ${await answer.text()} ${answer.headers.get('cache-status')?.replace(/ttl=\d+/, 'ttl') ?? ''}`
  }
}

/** The first answer of a cached app, as it is told. */
export const STORED = '200 1 Redstart; fwd=uri-miss; stored'

/** What Next.js throws to go elsewhere. */
export const signal = (digest: string): Error => Object.assign(new Error('a signal'), { digest })
