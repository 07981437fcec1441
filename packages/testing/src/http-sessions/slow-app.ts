import type { Browser } from './browser.ts'
import type { SessionRoute } from './session-adapter.ts'
import type { RunningSessions, SessionTestParts } from './session-test.ts'

/** Every trip to Redis takes 20 ms more. */
export async function slowApp(parts: SessionTestParts, routes: readonly SessionRoute[]): Promise<RunningSessions> {
  const proxy = await parts.proxy()
  proxy.set({ latency: { ms: 10 } })
  return await parts.start({ url: proxy.url, routes })
}

/** What the session of a browser says. */
export async function noteOf(browser: Browser, path = '/note'): Promise<unknown> {
  return (await browser.get(path)).json()['note']
}
