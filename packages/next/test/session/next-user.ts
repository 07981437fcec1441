/** An answer of an app, read. */
export interface Seen {
  readonly status: number
  readonly location: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** The values of `Set-Cookie`. */
  readonly cookies: readonly string[]
  readonly text: string
  /** What a page says of the session, between its marks. */
  readonly shown: string | undefined
  /** Undefined for what is none. */
  readonly json: unknown
}

interface Where {
  readonly port: number
}

/** A browser without scripts, and one with the client router: it keeps cookies, and follows no redirect by itself. */
export class NextUser {
  readonly jar: Map<string, string>

  constructor(jar: Iterable<readonly [string, string]> = []) {
    this.jar = new Map(jar)
  }

  copy(): NextUser {
    return new NextUser(this.jar)
  }

  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async get(where: Where, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Seen> {
    return await this.ask(where, 'GET', path, headers)
  }

  /** Fetches a page beforehand, as the client router does; Next.js has it say so in the URL as well. */
  async prefetch(where: Where, path: string): Promise<Seen> {
    const headers = { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' }
    const { location, cookies } = await this.get(where, path, headers)
    const page = await this.get(where, location ?? path, headers)
    return { ...page, cookies: [...cookies, ...page.cookies] }
  }

  /** Sends the form of an action, as a browser without scripts does. */
  async submit(where: Where, action: string, fields: Readonly<Record<string, string>> = {}): Promise<Seen> {
    const form = new FormData()
    form.set(`$ACTION_ID_${await actionId(where, action)}`, '')
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    return await this.ask(where, 'POST', '/actions', {}, form)
  }

  /** Has the client router call an action. */
  async call(where: Where, action: string, fields: Readonly<Record<string, string>> = {}): Promise<Seen> {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(`_1_${name}`, value)
    form.set('0', '["$K1"]')
    const headers = { 'next-action': await actionId(where, action), accept: 'text/x-component' }
    return await this.ask(where, 'POST', '/actions', headers, form)
  }

  async ask(
    { port }: Where,
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: FormData,
  ): Promise<Seen> {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      ...{ method, redirect: 'manual', ...(body !== undefined && { body }) },
      headers: { ...(this.jar.size > 0 && { cookie: this.cookie }), ...headers },
      signal: AbortSignal.timeout(60_000),
    })
    const cookies = answer.headers.getSetCookie()
    for (const set of cookies) this.#take(set)
    const text = await answer.text()
    const all = Object.fromEntries(answer.headers)
    const [, shown] = /\[(user=[^\]]*)\]/.exec(text) ?? []
    return {
      status: answer.status,
      location: pathOf(all['location']),
      headers: all,
      cookies,
      text,
      shown,
      json: jsonOf(text),
    }
  }

  #take(set: string): void {
    const [name = '', value = ''] = set.split(';', 1)[0]?.split('=', 2) ?? []
    if (/; Max-Age=0(?:;|$)/.test(set)) this.jar.delete(name)
    else this.jar.set(name, value)
  }
}

/** What the page with all actions says of one. */
async function actionId(where: Where, action: string): Promise<string> {
  const { text } = await new NextUser().get(where, '/actions')
  const [, id] = new RegExp(`id="${action}".*?\\$ACTION_ID_([0-9a-f]+)`, 's').exec(text) ?? []
  if (id === undefined) throw new Error(`there is no action ${action}`)
  return id
}

function pathOf(location: string | undefined): string | undefined {
  return location?.replace(/^http:\/\/(?:127\.0\.0\.1|localhost):\d+/, '')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
