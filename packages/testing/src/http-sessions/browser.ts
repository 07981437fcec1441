import type { Agent, IncomingMessage } from 'node:http'
import { ask, objectIn, open, type Received, type Sent } from '../http/client.ts'

/** An answer, read. */
export interface Page extends Omit<Received, 'body'> {
  readonly body: string
  /** The object that the body spells. */
  readonly json: () => Readonly<Record<string, unknown>>
}

type Headers = Readonly<Record<string, string>>

/** A browser that keeps cookies, whatever their attributes, and follows no redirect by itself. */
export class Browser {
  readonly #port: number
  readonly #agent: Agent
  readonly jar: Map<string, string>

  /** @param agent has its connections. */
  constructor(port: number, agent: Agent, jar: Iterable<readonly [string, string]> = []) {
    this.#port = port
    this.#agent = agent
    this.jar = new Map(jar)
  }

  /** Another one with the same cookies: a second tab whose answers are lost, or a thief. */
  copy(): Browser {
    return new Browser(this.#port, this.#agent, this.jar)
  }

  /** What it would send. */
  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** @param headers a cookie among them is sent in the place of its own ones. */
  async get(path: string, headers: Headers = {}): Promise<Page> {
    return await this.ask('GET', path, headers)
  }

  async post(path: string, headers: Headers = {}): Promise<Page> {
    return await this.ask('POST', path, headers)
  }

  async ask(method: string, path: string, headers: Headers = {}): Promise<Page> {
    const answer = await ask(this.#port, path, this.#sent(method, headers))
    for (const set of answer.cookies) this.#take(set)
    const body = answer.body.toString()
    return { ...answer, body, json: () => objectIn(body) }
  }

  /** Waits for the head alone. */
  async open(path: string): Promise<IncomingMessage> {
    const response = await open(this.#port, path, this.#sent('GET', {}))
    for (const set of response.headers['set-cookie'] ?? []) this.#take(set)
    return response
  }

  #sent(method: string, headers: Headers): Sent {
    return { method, agent: this.#agent, headers: { ...(this.jar.size > 0 && { cookie: this.cookie }), ...headers } }
  }

  #take(set: string): void {
    const [pair = '', ...attributes] = set.split('; ')
    const [name = '', value = ''] = pair.split('=', 2)
    if (attributes.includes('Max-Age=0')) this.jar.delete(name)
    else this.jar.set(name, value)
  }
}
