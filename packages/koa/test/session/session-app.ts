import { createRedstart, type Redstart } from '@redstart/core'
import type Koa from 'koa'
import { onTestFinished } from 'vitest'
import { ask, type Answer, type Sent } from '../ask.ts'
import { listen } from '../koa-app.ts'
import type { KoaClass } from '../koa-versions.ts'

/** What the applications of these tests keep in their sessions. */
export interface Fields {
  views: number
  cart: Record<string, number>
  note: string
}

export interface SessionParts {
  readonly koa: KoaClass
  readonly routes: (app: Koa, redstart: Redstart<Fields>) => void
}

export interface RunningApp {
  readonly redstart: Redstart<Fields>
  /** What the application was told by its `error` event. */
  readonly errors: readonly unknown[]
  browser(): Browser
}

/** Starts an application with sessions in memory; it ends with the test. */
export async function startApp({ koa, routes }: SessionParts): Promise<RunningApp> {
  const redstart = createRedstart<Fields>()
  onTestFinished(async () => await redstart.close())
  const app = new koa()
  const errors: unknown[] = []
  app.on('error', (error) => errors.push(error))
  routes(app, redstart)
  const { port, close } = await listen(app)
  onTestFinished(close)
  return { redstart, errors, browser: () => new Browser(port) }
}

/** Keeps the cookies of one application, and follows no redirect. */
export class Browser {
  readonly #port: number
  readonly jar: Map<string, string>

  constructor(port: number, jar: Iterable<readonly [string, string]> = []) {
    this.#port = port
    this.jar = new Map(jar)
  }

  /** Another one with the same cookies. */
  copy(): Browser {
    return new Browser(this.#port, this.jar)
  }

  async ask(path: string, sent: Sent = {}): Promise<Answer & { readonly cookies: readonly string[] }> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await ask(this.#port, path, { ...sent, headers: { ...(cookie && { cookie }), ...sent.headers } })
    const cookies = answer.headers['set-cookie'] ?? []
    for (const set of cookies) this.#take(set)
    return { ...answer, cookies }
  }

  #take(set: string): void {
    const [pair = '', ...attributes] = set.split('; ')
    const [name = '', value = ''] = pair.split('=', 2)
    if (attributes.includes('Max-Age=0')) this.jar.delete(name)
    else this.jar.set(name, value)
  }
}
