/** What a browser shows after it has followed redirects. */
export interface Shown {
  readonly status: number
  readonly url: string
  readonly path: string
  readonly headers: Headers
  readonly text: string
}

export interface BrowserOptions {
  /** Where paths lead; needed where no whole address is given. */
  readonly origin?: string
  readonly userAgent?: string
  /** Sent with each request, as by a proxy. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A browser as far as forms need one: it keeps one cookie for all ports, follows redirects, and sends what forms have. */
export class Browser {
  readonly #origin: string | undefined
  readonly #headers: Readonly<Record<string, string>>
  /** `name=value`; empty for none. */
  cookie = ''
  /** Every `Set-Cookie` that came, the last one last. */
  readonly set: string[] = []
  #token = ''

  constructor({ origin, userAgent = FIREFOX, headers = {} }: BrowserOptions = {}) {
    this.#origin = origin
    this.#headers = { ...headers, 'user-agent': userAgent }
  }

  get(url: string): Promise<Shown> {
    return this.#ask(url, { method: 'GET' })
  }

  /** Sends a form of the page that was shown last. */
  post(url: string, fields: Readonly<Record<string, string>> = {}, token: string = this.#token): Promise<Shown> {
    return this.#ask(url, { method: 'POST', body: new URLSearchParams({ ...fields, csrf: token }) })
  }

  async #ask(to: string, init: RequestInit): Promise<Shown> {
    const { href: url, pathname: path } = new URL(to, this.#origin)
    const headers = { ...(this.cookie !== '' && { cookie: this.cookie }), ...this.#headers }
    const response = await fetch(url, { ...init, headers, redirect: 'manual', signal: AbortSignal.timeout(30_000) })
    for (const set of response.headers.getSetCookie()) {
      this.set.push(set)
      this.cookie = /;\s*Max-Age=0/i.test(set) ? '' : (set.split(';')[0] ?? '')
    }
    const text = await response.text()
    const next = response.headers.get('location')
    if (response.status === 303 && next !== null) return await this.get(new URL(next, url).href)
    this.#token = /name="csrf" value="([\w-]+)"/.exec(text)?.[1] ?? ''
    return { status: response.status, url, path, headers: response.headers, text }
  }
}

export const FIREFOX: string = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
export const SAFARI: string =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'
