/** An answer, its body read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The values of its `Set-Cookie` headers. */
  readonly cookies: readonly string[]
  readonly body: string
  /** The object that its body spells. */
  json(): Readonly<Record<string, unknown>>
}

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>
}

/** A browser that keeps cookies, whatever their attributes, and follows no redirect by itself. */
export class Browser {
  readonly #url: string
  readonly jar = new Map<string, string>()

  constructor(port: number, jar: Iterable<readonly [string, string]> = []) {
    this.#url = `http://127.0.0.1:${port}`
    this.jar = new Map(jar)
  }

  /** Another one with the same cookies: a second tab whose answers are lost, or a thief. */
  copy(): Browser {
    return new Browser(Number(new URL(this.#url).port), this.jar)
  }

  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return await this.ask(path, { headers })
  }

  async post(path: string, form: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return await this.ask(path, { method: 'POST', form })
  }

  async ask(path: string, { method = 'GET', headers = {}, form }: Sent = {}): Promise<Answer> {
    const response = await this.open(path, {
      method,
      headers: { ...(this.jar.size > 0 && { cookie: this.cookie }), ...headers },
      ...(form && { body: new URLSearchParams(form) }),
    })
    const body = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      cookies: response.headers.getSetCookie(),
      body,
      // What a test expects of it, it compares.
      json: () => JSON.parse(body) as Readonly<Record<string, unknown>>,
    }
  }

  /** Waits for the head alone. */
  async open(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = this.jar.size > 0 ? { cookie: this.cookie } : {}
    const response = await fetch(this.#url + path, {
      redirect: 'manual',
      signal: AbortSignal.timeout(15_000),
      ...init,
      headers: init.headers ?? cookie,
    })
    for (const set of response.headers.getSetCookie()) this.#take(set)
    return response
  }

  #take(set: string): void {
    const [pair = '', ...attributes] = set.split('; ')
    const [name = '', value = ''] = pair.split('=', 2)
    if (attributes.includes('Max-Age=0')) this.jar.delete(name)
    else this.jar.set(name, value)
  }
}
