/** An answer, read. */
export interface Page {
  readonly status: number
  readonly location: string | undefined
  /** The values of `Set-Cookie`. */
  readonly cookies: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** What its body spells; undefined for none of JSON. */
  readonly json: unknown
}

/** Keeps cookies, and follows no redirect by itself. */
export class Browser {
  readonly #port: number
  readonly jar: Map<string, string> = new Map()

  constructor(port: number) {
    this.#port = port
  }

  async ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(`http://127.0.0.1:${this.#port}${path}`, {
      ...{ method, redirect: 'manual' },
      headers: { ...(cookie !== '' && { cookie }), connection: 'close', ...headers },
    })
    const cookies = answer.headers.getSetCookie()
    for (const set of cookies) this.#take(set)
    const all = Object.fromEntries(answer.headers)
    return {
      status: answer.status,
      location: all['location'],
      cookies,
      headers: all,
      json: jsonOf(await answer.text()),
    }
  }

  #take(set: string): void {
    const [name = '', value = ''] = set.split(';', 1)[0]?.split('=', 2) ?? []
    if (/; Max-Age=0(?:;|$)/.test(set)) this.jar.delete(name)
    else this.jar.set(name, value)
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
